"""What real Keras has and a feed-forward network does not need: it raises, and says what to do."""

from __future__ import annotations

_NAMES = """
AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
AveragePooling2D AveragePooling3D Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D
Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D
Cropping1D Cropping2D Cropping3D DepthwiseConv1D DepthwiseConv2D Discretization Dot EinsumDense
Embedding FlaxLayer GRU GRUCell GaussianDropout GlobalAveragePooling1D GlobalAveragePooling2D
GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization
GroupQueryAttention HashedCrossing Hashing Identity IntegerLookup JaxLayer LSTM LSTMCell Lambda
Masking Maximum MaxPooling1D MaxPooling2D MaxPooling3D MelSpectrogram Minimum MultiHeadAttention
Multiply Permute RMSNormalization RNN RandomBrightness RandomContrast RandomCrop RandomFlip
RandomHeight RandomRotation RandomTranslation RandomWidth RandomZoom RepeatVector Resizing
SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Solarization SpatialDropout1D
SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract
TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper UnitNormalization UpSampling1D
UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""
UNSUPPORTED = frozenset(_NAMES.split())


def missing(name: str) -> Exception:
    """Return what to raise for an attribute that ``layers`` does not have."""
    if name == "Lambda":
        return NotImplementedError(
            "layers.Lambda is not supported: chainrule does not differentiate Python code, and "
            "never runs code from files; use an Activation, a Rescaling, or real Keras"
        )
    if name in UNSUPPORTED:
        return NotImplementedError(
            f"layers.{name} is not supported: chainrule trains feed-forward networks. Use real "
            f"Keras for it (`from keras import layers`: the same lines of code run there)"
        )
    from chainrule.keras import layers
    from chainrule.keras.objects import close_to

    return AttributeError(
        f"module 'chainrule.keras.layers' has no layer {name!r}{close_to(name, layers.__all__)}"
    )
