/// Why a file is touched. Every effect on a disk names its purpose, so that a test can fail, delay or crash exactly that
/// one, and can walk all of them.
package enum FilePurpose: String, CaseIterable, Sendable {
    // The volume, written by a publisher.
    case volumeCreate, volumeDescribe
    case blobWrite, blobSync, blobPublish
    case recordWrite, recordSync, recordLink, recordCleanUp
    case beaconWrite
    // The volume, written by a host.
    case statusWrite
    // The volume, used by who coordinates.
    case leaseRead, leaseWrite
    // The volume, read.
    case volumeRead, blobRead, recordRead, beaconRead, beaconPoll, logList, statusRead
    // The volume, collected.
    case temporarySweep, blobCollect, statusCollect
    // The host's local store.
    case storeCreate, storeRead, storeLock
    case materializeWrite, materializeSync, materializePublish
    case hostRecordWrite, hostRecordSync, hostRecordSwap, hostRecordRead
    case currentLink, currentSwap, currentSync, currentRead
    case releaseCollect
    // What happens on this host: /proc and inotify.
    case processRead, localEvents
    // Anything a person named on the command line: sources, keys, configuration.
    case userRead, userWrite
}
