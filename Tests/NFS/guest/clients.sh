# The lab's clients, for the scripts that run in the guest. A client is a process that holds namespaces of its own.

# What EFS recommends.
mount_options=nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,nosharecache

# client NAME NUMBER: makes a client with its own link to the server at 10.77.NUMBER.1 and the volume at /volume.
client() {
    local name=$1 number=$2
    unshare --net --mount --uts --fork bash -c "hostname $name; exec sleep infinity" &
    local holder
    # unshare's child holds the namespaces; it is there once its host name is its own.
    until holder=$(pgrep -P $! sleep) && [ -n "$holder" ]; do sleep 0.1; done
    echo "$holder" >"/run/client.$name"
    ip link add "to-$name" type veth peer name eth0 netns "$holder"
    ip address add "10.77.$number.1/24" dev "to-$name"
    ip link set "to-$name" up
    on "$name" ip link set lo up
    on "$name" ip address add "10.77.$number.2/24" dev eth0
    on "$name" ip link set eth0 up
    on "$name" mount -t nfs4 -o "$mount_options" "10.77.$number.1:/" /volume
    echo "$number" >"/run/client.$name.number"
}

# on NAME COMMAND...: runs the command as that client would.
on() {
    local name=$1
    shift
    nsenter --target "$(cat "/run/client.$name")" --net --mount --uts -- "$@"
}

# become NAME COMMAND...: the same, in place of this shell: what is started so in the background has the command's own id.
become() {
    local name=$1
    shift
    exec nsenter --target "$(cat "/run/client.$name")" --net --mount --uts -- "$@"
}

# mount_more NAME REMOTE DIRECTORY OPTIONS: another mount of the same client.
mount_more() {
    mkdir -p "$3"
    on "$1" mount -t nfs4 -o "$mount_options,$4" "10.77.$(cat "/run/client.$1.number").1:$2" "$3"
}

cut_off() { ip link set "to-$1" down; }
join_again() { ip link set "to-$1" up; }
stop_server() { rpc.nfsd 0; }
start_server() { rpc.nfsd --no-nfs-version 3 --no-udp 8; }
