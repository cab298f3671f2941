import base64
import hashlib
import json
import logging
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.request

import boto3
import yaml
from access import allowed
from botocore.config import Config
from moto_gaps import RESOLVED
from moto.server import ThreadedMotoServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "config/aws/wasmrollout.yaml"
SERVER = None


def setUpModule():
    global SERVER
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    SERVER = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    SERVER.start()


def tearDownModule():
    SERVER.stop()


def client(service):
    host, port = SERVER.get_host_and_port()
    return boto3.client(service, endpoint_url=f"http://{host}:{port}", config=Config(retries={"total_max_attempts": 1}))


def reset():
    host, port = SERVER.get_host_and_port()
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).read()


class Tagged(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their long forms."""


def long_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Tagged.add_multi_constructor("!", long_form)


class Stack:
    """The template, created on an empty account."""

    def __init__(self, **parameters):
        reset()
        RESOLVED.clear()
        ec2 = client("ec2")
        self.vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        self.subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
        # moto knows no public parameter for Debian, and resolves defaults even when they are overridden.
        client("ssm").put_parameter(Name="/images/x86", Value="ami-x86", Type="String")
        client("ssm").put_parameter(Name="/images/arm64", Value="ami-arm64", Type="String")
        self.body = TEMPLATE.read_text()
        for debian, ours in (("amd64", "x86"), ("arm64", "arm64")):
            self.body = self.body.replace(f"/aws/service/debian/release/12/latest/{debian}", f"/images/{ours}")
        self.parameters = {
            "VpcId": self.vpc,
            "HostSubnetA": self.subnets[0],
            "HostSubnetB": self.subnets[1],
            "LoadBalancerSubnets": ",".join(self.subnets),
            "PackageUrl": "https://example.com/wasmrollout.deb?a=b&c=d",
            "PackageSha256": "1" * 64,
            "SpinUrl": "https://example.com/spin.tar.gz",
            "SpinSha256": "2" * 64,
            **parameters,
        }
        self.cloudformation = client("cloudformation")
        self.cloudformation.create_stack(**self.arguments())

    @staticmethod
    def with_hosts(**parameters):
        return Stack(
            Hosts="yes",
            TrustPolicy='{"keys": [{"public": "it\'s $HOME"}]}',
            ContainerImage="registry.example/agent:1",
            FunctionImage="123456789012.dkr.ecr.eu-central-1.amazonaws.com/function:1",
            **parameters,
        )

    def arguments(self):
        return {
            "StackName": "shop",
            "TemplateBody": self.body,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()],
            "Capabilities": ["CAPABILITY_IAM"],
        }

    @property
    def description(self):
        return self.cloudformation.describe_stacks(StackName="shop")["Stacks"][0]

    @property
    def status(self):
        return self.description["StackStatus"]

    @property
    def outputs(self):
        return {each["OutputKey"]: each["OutputValue"] for each in self.description["Outputs"]}

    def resources(self):
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName="shop")
        found = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def user_data(self, instance):
        answer = client("ec2").describe_instance_attribute(InstanceId=self.resources()[instance], Attribute="userData")
        return base64.b64decode(answer["UserData"]["Value"]).decode()


class TemplateTests(unittest.TestCase):
    """The text alone."""

    @classmethod
    def setUpClass(cls):
        cls.text = TEMPLATE.read_text()
        cls.template = yaml.load(cls.text, Tagged)

    def test_cfn_lint_finds_nothing(self):
        run = subprocess.run(["cfn-lint", TEMPLATE], capture_output=True, text=True, env=own_programs())
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_it_can_be_sent_as_it_is(self):
        self.assertLess(len(self.text.encode()), 51_200, "CloudFormation takes larger templates from S3 only")
        tokens = [type(token).__name__ for token in yaml.scan(self.text)]
        self.assertNotIn("AliasToken", tokens, "CloudFormation does not know YAML aliases")

    def test_the_listener_itself_has_no_weights(self):
        self.assertEqual(self.template["Resources"]["Listener"]["Properties"]["DefaultActions"][0]["Type"], "fixed-response")

    def test_every_alarm_of_ours_has_a_message_that_the_agent_writes(self):
        sources = "\n".join(path.read_text() for path in (ROOT / "Sources/RolloutAgent").rglob("*.swift"))
        resources = self.template["Resources"].values()
        metrics = set()
        for each in resources:
            if each["Type"] == "AWS::Logs::MetricFilter":
                message = re.fullmatch(r'{ \$\.message = "(.*)" }', each["Properties"]["FilterPattern"]).group(1)
                self.assertIn(f'"{message}"', sources, "the agent no longer logs this")
                metrics.add(str(each["Properties"]["MetricTransformations"][0]["MetricName"]))
        alarms = [each["Properties"] for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]
        ours = {str(alarm["MetricName"]) for alarm in alarms if alarm["Namespace"] == "wasmrollout"}
        self.assertEqual(ours, metrics)
        self.assertGreaterEqual(len(ours), 5)

    def test_the_gateway_outlives_the_load_balancers_idle_timeout(self):
        attributes = self.template["Resources"]["LoadBalancer"]["Properties"]["LoadBalancerAttributes"]
        balancer = next(int(each["Value"]) for each in attributes if each["Key"] == "idle_timeout.timeout_seconds")
        gateway = (ROOT / "Sources/Gateway/GatewayConfiguration.swift").read_text()
        default = int(re.search(r"idleTime: Duration = \.seconds\((\d+)\)", gateway).group(1))
        self.assertGreater(default, balancer)

    def test_the_function_waits_for_the_mount_targets(self):
        self.assertEqual(set(self.template["Resources"]["Function"]["DependsOn"]), {"MountTargetA", "MountTargetB"})

    def test_the_volume_stays_when_the_stack_is_deleted(self):
        self.assertEqual(self.template["Resources"]["FileSystem"]["DeletionPolicy"], "RetainExceptOnCreate")


class FirstStageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()

    def test_it_is_created(self):
        self.assertEqual(self.stack.status, "CREATE_COMPLETE")

    def test_it_has_volume_publisher_and_balancer_and_no_host(self):
        resources = self.stack.resources()
        self.assertLessEqual({"FileSystem", "Publisher", "LoadBalancer", "LogGroup"}, set(resources))
        self.assertTrue({"Instance", "Service", "Function", "Rule"}.isdisjoint(resources))

    def test_the_outputs_say_what_to_do_next(self):
        outputs = self.stack.outputs
        self.assertRegex(outputs["PublisherShell"], r"^aws ssm start-session --target i-[0-9a-f]+$")
        self.assertRegex(outputs["PublisherMount"], r"^fs-\w+:/ /mnt/app efs _netdev,nofail,tls,iam,accesspoint=fsap-\w+ 0 0$")
        self.assertRegex(outputs["Url"], r"^http://.+/$")


class WholeStackTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack.with_hosts(InstanceWeight="1", ContainerWeight="3", FunctionWeight="2", AlarmTopic="arn:aws:sns:x:1:t")
        cls.resources = cls.stack.resources()

    def test_it_is_created_whole(self):
        self.assertEqual(self.stack.status, "CREATE_COMPLETE")
        template = yaml.load(TEMPLATE.read_text(), Tagged)
        self.assertEqual(set(self.resources), set(template["Resources"]))

    # Who may do what.

    def test_access_points_show_one_directory_to_three_users(self):
        points = {
            each["AccessPointId"]: each
            for each in client("efs").describe_access_points(FileSystemId=self.resources["FileSystem"])["AccessPoints"]
        }
        self.assertEqual(len(points), 3)
        for name, user in (("Publisher", 1000), ("Host", 1001), ("Status", 1001)):
            point = points[self.resources[f"{name}AccessPoint"]]
            self.assertEqual({int(point["PosixUser"][key]) for key in ("Uid", "Gid")}, {user})
            root = point["RootDirectory"]
            self.assertEqual(root["Path"], "/wasmrollout")
            self.assertEqual(int(root["CreationInfo"]["OwnerUid"]), 1000)
            self.assertEqual(root["CreationInfo"]["Permissions"], "0755")

    def rights(self, role, **context):
        """What a role may do to the file system."""
        iam, efs = client("iam"), client("efs")
        identifier = self.resources["FileSystem"]
        resource = efs.describe_file_systems(FileSystemId=identifier)["FileSystems"][0]["FileSystemArn"]
        guard = RESOLVED["FileSystem"]["FileSystemPolicy"]
        policies = []
        for arn in RESOLVED[role]["ManagedPolicyArns"]:
            if ":aws:policy/" not in arn:
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                policies.append(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])
        context = {"aws:SecureTransport": "true", **context}
        return {
            action
            for action in ("ClientMount", "ClientWrite", "ClientRootAccess")
            if allowed(f"elasticfilesystem:{action}", resource, context, policies, guard)
        }

    def point(self, name):
        return {
            "elasticfilesystem:AccessPointArn": client("efs").describe_access_points(
                AccessPointId=self.resources[f"{name}AccessPoint"]
            )["AccessPoints"][0]["AccessPointArn"]
        }

    HOSTS = ("InstanceRole", "TaskRole", "FunctionRole")

    def test_the_publisher_writes_through_its_own_access_point_only(self):
        self.assertEqual(self.rights("PublisherRole", **self.point("Publisher")), {"ClientMount", "ClientWrite"})
        self.assertEqual(self.rights("PublisherRole", **self.point("Host")), set())
        self.assertEqual(self.rights("PublisherRole", **self.point("Status")), set())

    def test_hosts_read_releases_and_write_statuses_and_nothing_else(self):
        for role in self.HOSTS:
            self.assertEqual(self.rights(role, **self.point("Host")), {"ClientMount"})
            self.assertEqual(self.rights(role, **self.point("Publisher")), set())
        for role in ("InstanceRole", "TaskRole"):
            self.assertEqual(self.rights(role, **self.point("Status")), {"ClientMount", "ClientWrite"})
        # A function can mount one access point only.
        self.assertEqual(self.rights("FunctionRole", **self.point("Status")), set())

    def test_nobody_comes_without_an_access_point_without_tls_or_as_root(self):
        for role in ("PublisherRole", *self.HOSTS):
            self.assertEqual(self.rights(role), set())
            for name in ("Publisher", "Host", "Status"):
                self.assertEqual(self.rights(role, **self.point(name), **{"aws:SecureTransport": "false"}), set())

    def test_a_role_without_a_policy_of_ours_gets_nothing(self):
        for name in ("Publisher", "Host", "Status"):
            self.assertEqual(self.rights("TaskExecutionRole", **self.point(name)), set())

    def test_roles_are_apart_and_hold_nothing_more(self):
        roles = ("PublisherRole", "TaskExecutionRole", *self.HOSTS)
        attached = {role: {arn.rsplit("/", 1)[1] for arn in RESOLVED[role]["ManagedPolicyArns"]} for role in roles}
        kinds = ("Host", "Status", "Publisher")
        host, status, publisher = (self.resources[f"{kind}VolumeAccess"].rsplit("/", 1)[1] for kind in kinds)
        self.assertEqual(
            attached,
            {
                "PublisherRole": {publisher, "AmazonSSMManagedInstanceCore"},
                "InstanceRole": {host, status},
                "TaskRole": {host, status},
                "FunctionRole": {host, "AWSLambdaVPCAccessExecutionRole"},
                "TaskExecutionRole": {"AmazonECSTaskExecutionRolePolicy"},
            },
        )

    def test_ports_are_open_to_those_who_need_them_only(self):
        groups = {each["GroupId"]: each for each in client("ec2").describe_security_groups()["SecurityGroups"]}

        def inbound(name):
            return {
                (rule["FromPort"], source)
                for rule in groups[self.resources[name]]["IpPermissions"]
                for source in [each["GroupId"] for each in rule["UserIdGroupPairs"]] + [each["CidrIp"] for each in rule["IpRanges"]]
            }

        hosts, publisher = self.resources["HostSecurityGroup"], self.resources["PublisherSecurityGroup"]
        self.assertEqual(inbound("VolumeSecurityGroup"), {(2049, hosts), (2049, publisher)})
        self.assertEqual(inbound("HostSecurityGroup"), {(8080, self.resources["LoadBalancerSecurityGroup"])})
        self.assertEqual(inbound("PublisherSecurityGroup"), set())
        self.assertEqual(inbound("LoadBalancerSecurityGroup"), {(80, "0.0.0.0/0")})

    # Traffic.

    def test_requests_are_shared_by_weight(self):
        rules = client("elbv2").describe_rules(ListenerArn=self.resources["Listener"])["Rules"]
        rule = next(each for each in rules if not each["IsDefault"])
        weights = {each["TargetGroupArn"]: int(each["Weight"]) for each in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]}
        names = ("InstanceTargets", "ContainerTargets", "FunctionTargets")
        self.assertEqual(weights, dict(zip((self.resources[name] for name in names), (1, 3, 2))))

    def test_targets_are_checked_often_and_let_go_soon(self):
        elb = client("elbv2")
        for name, kind in (("InstanceTargets", "instance"), ("ContainerTargets", "ip")):
            group = elb.describe_target_groups(TargetGroupArns=[self.resources[name]])["TargetGroups"][0]
            self.assertEqual(group["TargetType"], kind)
            checks = [group[f"{key}"] for key in ("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds")]
            counts = [group[f"{key}ThresholdCount"] for key in ("Healthy", "Unhealthy")]
            self.assertEqual([int(each) for each in checks + counts], [5, 2, 2, 2])
            attributes = RESOLVED[name]["TargetGroupAttributes"]
            self.assertEqual(attributes, [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}])
        group = elb.describe_target_groups(TargetGroupArns=[self.resources["FunctionTargets"]])["TargetGroups"][0]
        self.assertEqual(group["TargetType"], "lambda")

    # Hosts.

    def test_instances_need_tokens_for_metadata_and_have_roles_of_their_own(self):
        profiles = set()
        for name in ("Instance", "Publisher"):
            instance = client("ec2").describe_instances(InstanceIds=[self.resources[name]])["Reservations"][0]["Instances"][0]
            metadata = RESOLVED[name]["MetadataOptions"]
            self.assertEqual((metadata["HttpTokens"], int(metadata["HttpPutResponseHopLimit"])), ("required", 1))
            self.assertEqual(instance["InstanceType"], "t4g.small")
            profiles.add(instance["IamInstanceProfile"]["Arn"])
        self.assertEqual(len(profiles), 2)

    def test_user_data_fits_and_is_a_script(self):
        for name in ("Instance", "Publisher"):
            script = self.stack.user_data(name)
            self.assertLess(len(script.encode()), 16_384)
            self.assertTrue(script.startswith("#!/bin/bash\n"))
            self.assertNotIn("${", script.replace("${!", ""), "a variable was not filled in")
            check = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
            self.assertEqual((check.returncode, check.stderr), (0, ""))
            self.assertIn("'https://example.com/wasmrollout.deb?a=b&c=d' " + "1" * 64, script)

    def test_the_instance_boots_without_its_volume_and_mounts_it_through_iam(self):
        lines = re.findall(r"^fs-\S+:/ .*$", self.stack.user_data("Instance"), re.M)
        mounts = {line.split()[1]: line.split()[3].split(",") for line in lines}
        self.assertEqual(set(mounts), {"/mnt/app", "/mnt/app-status"})
        for directory, name in (("/mnt/app", "Host"), ("/mnt/app-status", "Status")):
            self.assertLessEqual({"_netdev", "nofail", "tls", "iam"}, set(mounts[directory]))
            self.assertIn(f"accesspoint={self.resources[name + 'AccessPoint']}", mounts[directory])
        self.assertIn("ro", mounts["/mnt/app"])

    def test_the_instances_files_are_what_the_agent_takes(self):
        files = dict(re.findall(r"cat > (\S+) <<'END'\n(.*?)^END$", self.stack.user_data("Instance"), re.M | re.S))
        self.assertEqual(json.loads(files["/etc/wasmrollout/trust.json"]), {"keys": [{"public": "it's $HOME"}]})
        collected = json.loads(files["/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"])
        entry = collected["logs"]["logs_collected"]["files"]["collect_list"][0]
        self.assertEqual(entry["log_group_name"], self.resources["LogGroup"])
        unit = files["/etc/systemd/system/wasmrollout.service.d/aws.conf"]
        self.assertIn(entry["file_path"], unit)
        escaped = subprocess.run(["systemd-escape", "-p", "/mnt/app-status"], capture_output=True, text=True).stdout.strip()
        self.assertIn(f"After={escaped}.mount", unit)
        self.assertIn("ReadWritePaths=-/mnt/app-status", unit)
        configuration = files["/etc/wasmrollout/agent.toml"]
        self.assertIn('format = "json"', configuration)
        program = os.environ.get("WASMROLLOUT")
        if not program:
            self.skipTest("the configuration was not checked: name the program, as `make test-template` does")
        path = ROOT / ".build/template-agent.toml"
        path.write_text(configuration)
        run = subprocess.run([program, "config", "check", path], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_tasks_are_read_only_and_replaced_one_by_one(self):
        service, task = RESOLVED["Service"], RESOLVED["Task"]
        deployment = service["DeploymentConfiguration"]
        self.assertEqual([int(deployment[key]) for key in ("MinimumHealthyPercent", "MaximumPercent")], [100, 200])
        self.assertEqual(deployment["DeploymentCircuitBreaker"], {"Enable": True, "Rollback": True})
        stored = client("ecs").describe_task_definition(taskDefinition=self.resources["Task"])["taskDefinition"]
        self.assertEqual([each["image"] for each in stored["containerDefinitions"]], ["registry.example/agent:1"])
        container = task["ContainerDefinitions"][0]
        self.assertIs(container["ReadonlyRootFilesystem"], True)
        self.assertEqual(container["HealthCheck"]["Command"][:3], ["CMD", "wasmrollout", "healthcheck"])
        self.assertGreater(int(container["StopTimeout"]), 30)
        mounts = {each["ContainerPath"]: each.get("ReadOnly", False) for each in container["MountPoints"]}
        self.assertEqual(mounts, {"/mnt/app": True, "/mnt/app-status": False, "/var/lib/wasmrollout": False})
        volumes = {each["Name"]: each["EFSVolumeConfiguration"] for each in task["Volumes"] if "EFSVolumeConfiguration" in each}
        for name, point in (("releases", "Host"), ("status", "Status")):
            self.assertEqual(volumes[name]["TransitEncryption"], "ENABLED")
            wanted = {"AccessPointId": self.resources[f"{point}AccessPoint"], "IAM": "ENABLED"}
            self.assertEqual(volumes[name]["AuthorizationConfig"], wanted)

    def test_the_task_is_the_one_that_was_tried_in_containers(self):
        path = ROOT / "config/container/task-entrypoint.json"
        definition = json.loads(path.read_text())

        def api(value):
            """CloudFormation's spelling as the API's, and its numbers as numbers."""
            if isinstance(value, dict):
                return {name[0].lower() + name[1:]: api(each) for name, each in value.items()}
            return [api(each) for each in value] if isinstance(value, list) else value

        tried, ours = definition["containerDefinitions"][0], api(RESOLVED["Task"]["ContainerDefinitions"][0])
        for key in ("user", "readonlyRootFilesystem", "linuxParameters", "mountPoints", "healthCheck", "stopTimeout"):
            self.assertEqual(ours[key], tried[key], key)
        self.assertEqual({each["Name"] for each in RESOLVED["Task"]["Volumes"]}, {each["name"] for each in definition["volumes"]})
        configuration = (ROOT / "config/container/agent.toml").read_text()
        self.assertIn(f'stop-timeout = "{ours["stopTimeout"]}s"', configuration)
        self.assertEqual(ours["command"][:3], ["agent", "--config", "/etc/wasmrollout/agent.toml"])

    def test_the_function_has_time_and_memory_to_start(self):
        function = client("lambda").get_function_configuration(FunctionName=self.resources["Function"])
        self.assertGreaterEqual(int(function["Timeout"]), 30)
        self.assertGreaterEqual(int(function["MemorySize"]), 1024)
        mount = {"Arn": self.point("Host")["elasticfilesystem:AccessPointArn"], "LocalMountPath": "/mnt/app"}
        self.assertEqual(RESOLVED["Function"]["FileSystemConfigs"], [mount])

    def test_the_function_is_the_one_that_was_tried_under_the_emulator(self):
        tried = json.loads((ROOT / "config/function/function.json").read_text())
        ours = RESOLVED["Function"]
        for key in ("PackageType", "Timeout", "EphemeralStorage"):
            self.assertEqual(ours[key], tried[key], key)
        self.assertEqual(int(ours["MemorySize"]), tried["MemorySize"])
        self.assertEqual(ours["FileSystemConfigs"][0]["LocalMountPath"], tried["FileSystemConfigs"][0]["LocalMountPath"])
        self.assertEqual(ours["LoggingConfig"]["LogFormat"], tried["LoggingConfig"]["LogFormat"])

    # Watching.

    def test_alarms_watch_metrics_of_this_stack(self):
        filters = client("logs").describe_metric_filters(logGroupName=self.resources["LogGroup"])["metricFilters"]
        made = {each["metricTransformations"][0]["metricName"] for each in filters}
        alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
        self.assertEqual({each["MetricName"] for each in alarms if each["Namespace"] == "wasmrollout"}, made)
        self.assertTrue(all(name.startswith("shop-") for name in made))
        self.assertTrue(all(each["AlarmActions"] == ["arn:aws:sns:x:1:t"] for each in alarms))
        self.assertGreaterEqual(len(alarms), 9)


@unittest.skipUnless(os.geteuid() == 0 and os.environ.get("WASMROLLOUT"), "needs root, and the program's path in WASMROLLOUT")
class UserDataTests(unittest.TestCase):
    """The scripts, run: see `boot`."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="wasmrollout-template-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.stage = self.work / "stage"
        self.stage.mkdir()
        (self.stage / "wasmrollout.deb").write_text("a package")
        (self.work / "spin").write_text("#!/bin/sh\n")
        with tarfile.open(self.stage / "spin.tar.gz", "w:gz") as archive:
            archive.add(self.work / "spin", "spin")

    def sums(self, **other):
        def sum(name):
            return hashlib.sha256((self.stage / name).read_bytes()).hexdigest()

        return {"PackageSha256": sum("wasmrollout.deb"), "SpinSha256": sum("spin.tar.gz"), **other}

    def boot(self, stack, instance):
        (self.work / "user-data").write_text(stack.user_data(instance))
        result = self.work / "result"
        boot = pathlib.Path(__file__).with_name("boot")
        program = pathlib.Path(os.environ["WASMROLLOUT"]).resolve()
        run = subprocess.run(["unshare", "-m", boot, self.work / "user-data", self.stage, program, result])
        return run.returncode, result, (result / "calls").read_text().splitlines(), (result / "output").read_text()

    def test_the_instance_starts_the_agent_when_all_is_in_place(self):
        status, files, calls, output = self.boot(Stack.with_hosts(**self.sums()), "Instance")
        self.assertEqual(status, 0, output)
        self.assertEqual(calls[-1], "systemctl enable --now wasmrollout.socket wasmrollout.service")
        self.assertLess(calls.index("mount /mnt/app"), len(calls) - 1)
        self.assertLess(calls.index("mount /mnt/app-status"), len(calls) - 1)
        # The package brings a configuration of its own, so ours is written after it, and is sound.
        self.assertIn('name = "shop"', (files / "etc/wasmrollout/agent.toml").read_text())
        self.assertEqual(json.loads((files / "etc/wasmrollout/trust.json").read_text()), {"keys": [{"public": "it's $HOME"}]})
        self.assertTrue((files / "usr/local/bin/spin").exists())
        self.assertEqual((files / "etc/fstab").read_text().count(" efs "), 2)
        self.assertIn("After=mnt-app\\x2dstatus.mount", (files / "etc/systemd/system/wasmrollout.service.d/aws.conf").read_text())

    def test_a_package_that_is_another_one_is_not_installed(self):
        stack = Stack.with_hosts(**self.sums(PackageSha256="0" * 64))
        status, files, calls, _ = self.boot(stack, "Instance")
        self.assertNotEqual(status, 0)
        self.assertFalse(any("wasmrollout.deb" in call and call.startswith("apt-get") for call in calls))
        self.assertFalse(any(call.startswith("systemctl enable") for call in calls))

    def test_the_publisher_makes_the_volume_and_opens_the_directory_of_statuses(self):
        status, files, calls, output = self.boot(Stack(**self.sums()), "Publisher")
        self.assertEqual(status, 0, output)
        self.assertIn("mount /mnt/app", calls)
        self.assertTrue((files / "mnt/app/volume.json").exists())
        hosts = files / "mnt/app/apps/shop/hosts"
        self.assertEqual(stat.S_IMODE(hosts.stat().st_mode), 0o1777)
        # Nothing else is open to another user.
        for path in (files / "mnt/app").rglob("*"):
            if path != hosts:
                self.assertEqual(path.stat().st_mode & 0o022, 0, path)


@unittest.skipUnless(os.geteuid() == 0 and os.environ.get("WASMROLLOUT"), "needs root, and the program's path in WASMROLLOUT")
class AccessPointUserTests(unittest.TestCase):
    """What the access points make of publisher and hosts: two users of one directory. On a local disk, with the real program."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="wasmrollout-template-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.work.chmod(0o755)
        for name, user in (("volume", 1000), ("publisher", 1000), ("host", 1001)):
            (self.work / name).mkdir(mode=0o755)
            os.chown(self.work / name, user, user)

    def run_as(self, user, *words, **options):
        start = dict(user=user, group=user, extra_groups=[], cwd=self.work, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        return subprocess.run(words, **start, capture_output=True, text=True, **options)

    def publish(self, *words):
        program = pathlib.Path(os.environ["WASMROLLOUT"]).resolve()
        run = self.run_as(1000, program, *words)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def test_a_host_writes_its_status_and_nothing_else(self):
        program, volume = pathlib.Path(os.environ["WASMROLLOUT"]).resolve(), self.work / "volume"
        key, artifact = self.work / "publisher/ci.key.json", ROOT / "Examples/hello-wagi/hello-v1.wasm"
        self.publish("init", volume)
        # As the publisher's user data does.
        self.run_as(1000, "install", "-d", "-m", "1777", volume / "apps/shop/hosts", check=True)
        self.publish("keygen", "--name", "ci", "--directory", self.work / "publisher")
        self.publish("publish", artifact, "--app", "shop", "--volume", volume, "--key", key)
        (self.work / "host/agent.toml").write_text(
            f"""
            trust = "{self.work}/publisher/ci.trust.json"
            [host]
            id = "host"
            kind = "instance"
            [volume]
            path = "{volume}"
            status-path = "{volume}"
            [store]
            path = "{self.work}/host/store"
            [admin]
            listen = "127.0.0.1:0"
            [[app]]
            name = "shop"
            listen = "127.0.0.1:0"
            """
        )
        agent = subprocess.Popen(
            [program, "agent", "--config", self.work / "host/agent.toml"], user=1001, group=1001, extra_groups=[], stderr=subprocess.PIPE
        )
        try:
            status, deadline = "", time.monotonic() + 60
            while '"host"' not in status and time.monotonic() < deadline:
                status = self.publish("status", "--app", "shop", "--volume", volume, "--json")
                time.sleep(0.2)
            self.assertIn('"host"', status, "the publisher does not see the host's status")
        finally:
            agent.terminate()
            agent.communicate(timeout=60)
        written = [path for path in volume.rglob("*") if path.lstat().st_uid != 1000]
        self.assertEqual(written, [volume / "apps/shop/hosts/host"])
        for path in [volume, *volume.rglob("*")]:
            if path not in (volume / "apps/shop/hosts", volume / "apps/shop/hosts/host"):
                self.assertNotEqual(self.run_as(1001, "test", "-w", path).returncode, 0, path)


class ProcessorTests(unittest.TestCase):
    def test_every_kind_of_host_takes_either_processor(self):
        wanted = {
            "arm64": ("t4g.small", "ami-arm64", "/debian/arm64/", "ARM64", ["arm64"]),
            "x86-64": ("t3.small", "ami-x86", "/debian/amd64/", "X86_64", ["x86_64"]),
        }
        for architecture, (size, image, package, task, function) in wanted.items():
            kinds = {f"{kind}Architecture": architecture for kind in ("Instance", "Container", "Function")}
            stack = Stack.with_hosts(**kinds)
            self.assertEqual((RESOLVED["Instance"]["InstanceType"], RESOLVED["Instance"]["ImageId"]), (size, image))
            self.assertIn(package, stack.user_data("Instance"))
            self.assertEqual(RESOLVED["Task"]["RuntimePlatform"]["CpuArchitecture"], task)
            self.assertEqual(RESOLVED["Function"]["Architectures"], function)


def own_programs():
    """The environment, with the programs of the Python that runs this first on PATH."""
    return {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}


if __name__ == "__main__":
    unittest.main()
