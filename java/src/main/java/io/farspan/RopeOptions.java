package io.farspan;

/** What {@link Rope#apply} does besides its data. Begins with the library's defaults. Not to be changed while a call reads it. */
public final class RopeOptions {
    int side;
    int branch;
    int direction;
    long length;
    long axisStride;
    double xposCentre;

    /** The defaults: queries, true positions, forward. */
    public RopeOptions() {
        io.farspan.internal.RopeOptions defaults = new io.farspan.internal.RopeOptions();
        side = defaults.getSide();
        branch = defaults.getBranch();
        direction = defaults.getDirection();
        length = defaults.getLength();
        axisStride = defaults.getAxisStride();
        xposCentre = defaults.getXposCentre();
    }

    /**
     * Which of the branch's maps to use; matters with a remap and for xpos.
     *
     * @param side queries or keys
     * @return this
     */
    public RopeOptions side(Side side) {
        this.side = side.code;
        return this;
    }

    /**
     * The branch of a remap.
     *
     * @param branch 0 for the true positions
     * @return this
     */
    public RopeOptions branch(int branch) {
        this.branch = branch;
        return this;
    }

    /**
     * What the rotation does.
     *
     * @param direction forward, inverse or by a difference
     * @return this
     */
    public RopeOptions direction(Direction direction) {
        this.direction = direction.code;
        return this;
    }

    /**
     * The current length of dynamic methods.
     *
     * @param length 0 for the largest position + 1
     * @return this
     */
    public RopeOptions length(long length) {
        this.length = length;
        return this;
    }

    /**
     * The layout of positions for M-RoPE.
     *
     * @param elements between the axes of the positions, 0 for tightly packed
     * @return this
     */
    public RopeOptions axisStride(long elements) {
        this.axisStride = elements;
        return this;
    }

    /**
     * The position from which xpos measures its decay.
     *
     * @param position the centre
     * @return this
     */
    public RopeOptions xposCentre(double position) {
        this.xposCentre = position;
        return this;
    }
}
