"""What moto 5.2 lacks for this template: a few attributes, and alarms and metric filters through CloudFormation.

Importing this adds them to a server in the same process. Each goes away when moto has it. And since moto drops many properties
that it has no use for, `RESOLVED` keeps every resource's properties as CloudFormation hands them out, all references filled in.
"""

import moto.cloudformation.parsing as parsing

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.efs.models import AccessPoint, FileSystem
from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup
from moto.logs.models import logs_backends

FileSystem.has_cfn_attr = classmethod(lambda kind, name: name == "Arn")
FileSystem.get_cfn_attribute = lambda self, name: self.file_system_arn
AccessPoint.has_cfn_attr = classmethod(lambda kind, name: name == "Arn")
AccessPoint.get_cfn_attribute = lambda self, name: self.access_point_arn
AccessPoint.physical_resource_id = property(lambda self: self.access_point_id)
FakeTargetGroup.has_cfn_attr = classmethod(lambda kind, name: name == "TargetGroupFullName")
FakeTargetGroup.get_cfn_attribute = lambda self, name: self.arn.rsplit(":", 1)[1]
balancer_attribute = FakeLoadBalancer.get_cfn_attribute
FakeLoadBalancer.get_cfn_attribute = lambda self, name: (
    self.arn.split(":loadbalancer/")[1] if name == "LoadBalancerFullName" else balancer_attribute(self, name)
)

RESOLVED = {}
resolve = parsing.parse_resource_and_generate_name


def resolve_and_keep(logical_id, resource_json, resources_map):
    resolved = resolve(logical_id, resource_json, resources_map)
    if resolved:
        RESOLVED[logical_id] = resolved[1]["Properties"]
    return resolved


parsing.parse_resource_and_generate_name = resolve_and_keep


class MetricFilter(CloudFormationModel):
    __module__ = "moto.logs.models"  # moto takes the service from it.

    def __init__(self, name):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return "FilterName"

    @staticmethod
    def cloudformation_type():
        return "AWS::Logs::MetricFilter"

    @classmethod
    def create_from_cloudformation_json(kind, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        backend = logs_backends[account_id][region_name]
        backend.put_metric_filter(
            resource_name,
            properties["FilterPattern"],
            properties["LogGroupName"],
            [{name[0].lower() + name[1:]: value for name, value in each.items()} for each in properties["MetricTransformations"]],
        )
        return kind(resource_name)


class Alarm(CloudFormationModel):
    __module__ = "moto.cloudwatch.models"

    def __init__(self, name):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return "AlarmName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(kind, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=properties["Namespace"],
            metric_name=properties["MetricName"],
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=int(properties["EvaluationPeriods"]),
            period=int(properties["Period"]),
            threshold=float(properties["Threshold"]),
            statistic=properties["Statistic"],
            description=properties["AlarmDescription"],
            dimensions=properties.get("Dimensions", []),
            alarm_actions=properties.get("AlarmActions", []),
            treat_missing_data=properties["TreatMissingData"],
        )
        return kind(resource_name)
