"""cocokit.baselines: reference detectors, and what trains them (``baselines/`` in the source tree).

The only home of torch (``pip install 'cocokit[baselines]'``). ``ops`` are functions of tensors, ``parts`` what networks
are made of, ``classic`` what was there before networks, ``detectors`` one short file each, ``train`` the loop around
them, ``analysis`` the field's small experiments.
"""
