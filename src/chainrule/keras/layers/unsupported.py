"""What real Keras has and a feed-forward network does not need: it raises, and says what to do."""

from __future__ import annotations

_NAMES = """
ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add add AdditiveAttention
AlphaDropout Attention AugMix AutoContrast Average average AveragePooling1D AveragePooling2D
AveragePooling3D AvgPool1D AvgPool2D AvgPool3D Bidirectional CategoryEncoding CenterCrop Concatenate
concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D
Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose
Cropping1D Cropping2D Cropping3D CutMix DepthwiseConv1D DepthwiseConv2D Discretization Dot dot
EinsumDense Embedding Equalization FlaxLayer GaussianDropout GlobalAveragePooling1D
GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D
GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
GlobalMaxPooling3D GroupNormalization GroupQueryAttention GRU GRUCell HashedCrossing Hashing
Identity InputSpec IntegerLookup JaxLayer Lambda LSTM LSTMCell Masking Maximum maximum
MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D
MelSpectrogram Minimum minimum MixUp MultiHeadAttention Multiply multiply Permute Pipeline
RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight
RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom RepeatVector Resizing
ReversibleEmbedding RMSNormalization RNN SeparableConv1D SeparableConv2D SeparableConvolution1D
SeparableConvolution2D SimpleRNN SimpleRNNCell Solarization SpatialDropout1D SpatialDropout2D
SpatialDropout3D SpectralNormalization StackedRNNCells STFTSpectrogram StringLookup Subtract
subtract TextVectorization TFSMLayer TimeDistributed TorchModuleWrapper UnitNormalization
UpSampling1D UpSampling2D UpSampling3D Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D
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
    from chainrule.keras.mistakes import close_to

    return AttributeError(
        f"module 'chainrule.keras.layers' has no layer {name!r}{close_to(name, layers.__all__)}"
    )
