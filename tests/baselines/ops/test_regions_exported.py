"""Regions in an exported graph: nodes of the runtime, the same numbers, any number of regions."""

import numpy as np
import pytest
import torch
from torch import nn

from cocokit.baselines.ops.regions import roi_align, roi_pool
from tests.baselines.ops.test_regions import OUTSIDE, ROIS, maps

NEEDED = "what exports graphs and runs them is not installed: pip install onnx onnxscript onnxruntime"


class Op(nn.Module):
    def __init__(self, op):
        super().__init__()
        self.op = op

    def forward(self, found, rois):
        return self.op(found, rois, 3, 0.25)


@pytest.mark.filterwarnings("ignore")  # of the exporter's own making
@pytest.mark.parametrize("op, node", [(roi_align, "RoiAlign"), (roi_pool, "MaxRoiPool")])
def test_an_exported_region(op, node, tmp_path):
    for name in ("onnx", "onnxscript"):
        pytest.importorskip(name, reason=NEEDED)
    runtime = pytest.importorskip("onnxruntime", reason=NEEDED)
    count = torch.export.Dim("count", min=2, max=1000)
    graph = torch.onnx.export(
        Op(op), (maps(), ROIS[:3]), dynamo=True, dynamic_shapes=({}, {0: count}), opset_version=18, verbose=False
    )
    assert node in [n.op_type for n in graph.model_proto.graph.node]
    graph.save(tmp_path / "op.onnx")
    session = runtime.InferenceSession(tmp_path / "op.onnx")
    names = [given.name for given in session.get_inputs()]
    rois = torch.cat([ROIS, OUTSIDE])
    (found,) = session.run(None, dict(zip(names, (maps().numpy(), rois.numpy()), strict=True)))
    np.testing.assert_allclose(found, op(maps(), rois, 3, 0.25).numpy(), atol=1e-5, rtol=1e-5)
