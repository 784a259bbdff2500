package io.farspan;

/**
 * One layer of a {@link Model}. The configurations are what its scheme is made of: change them (sinks, another remap
 * ...) and give them to {@link Scheme#builder}. They belong to this object, and are null for {@link LayerKind#OTHER}.
 * To compare two layers, compare their numbers and the settings of their configurations.
 *
 * @param kind what its queries see
 * @param alike the first layer with the same settings; equal numbers mean the same scheme
 * @param queryHeads heads of queries
 * @param keyHeads heads of keys and values
 * @param headDim features of queries and keys
 * @param valueDim features of values
 * @param window keys that a query sees at most, itself included; 0: all before it
 * @param attentionScale the factor on the product of query and key, without temperature and without the rope part's
 * magnitude
 * @param rope the rotation
 * @param remap the map of positions
 * @param bias the bias
 * @param mask the mask
 * @param score the score
 */
public record ModelLayer(LayerKind kind, long alike, long queryHeads, long keyHeads, long headDim, long valueDim,
        long window, double attentionScale, RopeConfig rope, RemapConfig remap, BiasConfig bias, MaskConfig mask,
        ScoreConfig score) {
    /** Of a layer, and the parts of its scheme or null. */
    ModelLayer(io.farspan.internal.ModelLayer fields, LayerParts parts) {
        this(Codes.find(LayerKind.values(), kind -> kind.code, fields.getKind(), LayerKind.UNKNOWN), fields.getAlike(),
                fields.getQueryHeads(), fields.getKeyHeads(), fields.getHeadDim(), fields.getValueDim(),
                fields.getWindow(), fields.getAttentionScale(), parts == null ? null : parts.rope,
                parts == null ? null : parts.remap, parts == null ? null : parts.bias,
                parts == null ? null : parts.mask, parts == null ? null : parts.score);
    }
}
