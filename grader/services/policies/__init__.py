"""What decides scores and when: published policies, extensions, late days, and solutions that are shown."""
