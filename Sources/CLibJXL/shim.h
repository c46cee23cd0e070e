/* Empty on purpose: this target only brings libjxl's linker flags where pkg-config knows it; its header is used in CJXL alone. */
