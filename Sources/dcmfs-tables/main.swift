// dcmfs-tables
