"""OpenVINO's networks: a description in XML and the numbers beside it."""
