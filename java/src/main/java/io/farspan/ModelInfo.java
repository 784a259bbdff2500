package io.farspan;

import java.nio.charset.StandardCharsets;

/**
 * What a model's configuration says as a whole. Heads and sizes are those of the first layer with attention; others may differ, see {@link ModelLayer}.
 *
 * @param family model_type, or general.architecture
 * @param absolute positions added to the embeddings
 * @param layers encoder and decoder together; the encoder's come first
 * @param encoderLayers 0 unless encoder-decoder
 * @param queryHeads of the first layer with attention
 * @param keyHeads of the first layer with attention
 * @param headDim of queries and keys; with latent attention (MLA) the rotated and unrotated parts together
 * @param valueDim of values
 * @param hidden width of the model; 0: unknown
 * @param vocabulary number of tokens; 0: unknown
 * @param context the length that the file states; 0: unknown or unlimited
 * @param trainedContext L: positions that the unscaled rotation was trained on; 0: unknown
 * @param usableContext longest length for which the resolved settings are meant; 0: no limit known
 * @param usableContextMost the same unless the file is ambiguous: linear or dynamic scaling may or may not be in {@code context}
 * @param absoluteRows rows of the learned table; 0: none
 * @param absoluteOffset position p is row p + offset (OPT: 2)
 * @param layerKinds how many different layers there are
 * @param finalSoftcap cap on the output logits, not on attention (Gemma 2: 30); 0: none
 */
public record ModelInfo(String family, AbsoluteKind absolute, long layers, long encoderLayers, long queryHeads, long keyHeads,
        long headDim, long valueDim, long hidden, long vocabulary, long context, long trainedContext, long usableContext,
        long usableContextMost, long absoluteRows, long absoluteOffset, long layerKinds, double finalSoftcap) {
    ModelInfo(io.farspan.internal.ModelInfo fields) {
        this(new String(fields.getFamily(), StandardCharsets.UTF_8),
                Codes.find(AbsoluteKind.values(), kind -> kind.code, fields.getAbsolute(), AbsoluteKind.UNKNOWN), fields.getLayers(),
                fields.getEncoderLayers(), fields.getQueryHeads(), fields.getKeyHeads(), fields.getHeadDim(), fields.getValueDim(),
                fields.getHidden(), fields.getVocabulary(), fields.getContext(), fields.getTrainedContext(),
                fields.getUsableContext(), fields.getUsableContextMost(), fields.getAbsoluteRows(), fields.getAbsoluteOffset(),
                fields.getLayerKinds(), fields.getFinalSoftcap());
    }
}
