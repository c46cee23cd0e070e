// dcmfs-bench
