// dcmfs
