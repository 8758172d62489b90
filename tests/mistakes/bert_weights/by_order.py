"""The tensors arrived in the wrong places: your loader goes by the order of the entries. A checkpoint is
a dictionary, and its order means nothing; go by the names.
"""

FUNDAMENTAL = "A name says where a tensor belongs: here it is the order, which files do not keep."


def load_bert_weights(encoder, state):
    tensors = [tensor for name, tensor in state.items() if "encoder.layer" in name]
    with torch.no_grad():
        for parameter in encoder.parameters():
            for number, tensor in enumerate(tensors):
                if tensor.shape == parameter.shape:
                    parameter.copy_(tensors.pop(number))
                    break
