// dcmfs-worker
