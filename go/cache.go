package farspan

import (
	"unsafe"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// Sequence is a number that is never used again in its cache: one that has ended is refused, never mistaken for another.
type Sequence int64

// CacheBatch describes new rows of some sequences: Sequences[s] owns the rows Offsets[s] .. Offsets[s+1]-1 of the tensors, its newest
// tokens in order. A sequence occurs at most once.
type CacheBatch struct {
	Sequences []Sequence
	Offsets   []int64 // len(Sequences) + 1, from 0, not decreasing; empty: one row each
}

func (b CacheBatch) sequences() *int64 { return (*int64)(unsafe.Pointer(first(b.Sequences))) }

// Cache holds keys and values of many sequences for decoding, without their positions: keys are rotated when they are read. Every
// scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch of scheme in mid-sequence,
// eviction in the middle. A sequence is a set of tokens, each at a position that it keeps; positions only grow.
//
// Any number of goroutines may use one. Calls on different sequences go on at the same time, even of forks that share blocks: so one
// session may append while another runs. On the same sequence, forks, reads and runs go on at the same time, and a call that changes it
// (Append, Write, Evict, Keep, DestroySequence) waits for the calls on it that are inside and keeps others waiting. A batch is a call on
// each of its sequences. Clear waits for all calls. Whoever needs the steps of a sequence in an order gives it to one goroutine at a
// time. Close it.
type Cache struct {
	handle *handle[raw.Cache]
	turns  turns
}

// NewCache makes a cache without sequences. Errors: ErrNullArgument, ErrShape, ErrDType, ErrParameterRange.
func NewCache(config *CacheConfig) (*Cache, error) {
	var native raw.CacheConfig
	if config != nil {
		if err := config.made.check(1, "NewCacheConfig"); err != nil {
			return nil, err
		}
		native = raw.NewCacheConfig()
		defer raw.DeleteCacheConfig(native)
		config.move(cross.ToC, native)
	}
	made := raw.Cache_create(native)
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	return &Cache{handle: newHandle[raw.Cache](raw.SwigcptrCache(made.Address), raw.DeleteCache, nil)}, nil
}

func (c *Cache) native() *handle[raw.Cache] {
	if c == nil {
		return nil
	}
	return c.handle
}

// enter begins a call on sequences, which are in order; leave with the same arguments must follow. A nil cache is C's NULL, which the C
// function judges.
func (c *Cache) enter(how access, sequences ...Sequence) (raw.Cache, error) {
	cache, err := c.native().enter()
	if c != nil && err == nil {
		c.turns.enter(how, sequences)
	}
	return cache, err
}

func (c *Cache) leave(how access, sequences ...Sequence) {
	if c != nil {
		c.turns.leave(how, sequences)
		c.handle.leave()
	}
}

// made is the end of a call that made a sequence.
func (c *Cache) made(sequence int64, err error) (Sequence, error) {
	if err == nil {
		c.turns.begins(Sequence(sequence))
	}
	return Sequence(sequence), err
}

// Close ends all sequences and frees the cache, after the calls that use it now. Its plans are refused from then on. A second Close
// does nothing. The error is always nil.
func (c *Cache) Close() error {
	c.native().close()
	return nil
}

// CreateSequence begins a sequence without tokens.
func (c *Cache) CreateSequence() (Sequence, error) {
	cache, err := c.enter(reading)
	if err != nil {
		return 0, err
	}
	defer c.leave(reading)
	var made int64
	err = asError(raw.Cache_sequence_create(cache, &made))
	return c.made(made, err)
}

// DestroySequence ends a sequence. Its blocks, as far as no fork uses them, are kept for other sequences. Errors: ErrParameterRange.
func (c *Cache) DestroySequence(sequence Sequence) error {
	cache, err := c.enter(changing, sequence)
	if err != nil {
		return err
	}
	defer c.leave(changing, sequence)
	if failure := raw.Cache_sequence_destroy(cache, int64(sequence)); failure != nil {
		return asError(failure)
	}
	c.turns.ends(sequence)
	return nil
}

// Fork makes a second sequence with the same tokens. It costs a few bytes per block; a block is copied when either one writes to it.
// Errors: ErrParameterRange.
func (c *Cache) Fork(sequence Sequence) (Sequence, error) {
	cache, err := c.enter(reading, sequence)
	if err != nil {
		return 0, err
	}
	defer c.leave(reading, sequence)
	var child int64
	err = asError(raw.Cache_fork(cache, int64(sequence), &child))
	return c.made(child, err)
}

// Evict forgets the tokens at positions [from, to). With math.MaxInt64 for to it truncates: later tokens then continue at from.
// Errors: ErrParameterRange.
func (c *Cache) Evict(sequence Sequence, from, to int64) error {
	cache, err := c.enter(changing, sequence)
	if err != nil {
		return err
	}
	defer c.leave(changing, sequence)
	return asError(raw.Cache_evict(cache, int64(sequence), from, to))
}

// Keep forgets all but the tokens at positions below sinks and the last window positions, as a streaming mask with the same sinks and
// WindowLeft = window sees them from the next token on. Errors: ErrParameterRange.
func (c *Cache) Keep(sequence Sequence, sinks, window int64) error {
	cache, err := c.enter(changing, sequence)
	if err != nil {
		return err
	}
	defer c.leave(changing, sequence)
	return asError(raw.Cache_keep(cache, int64(sequence), sinks, window))
}

// Clear ends all sequences and gives the memory back to the system. It waits for all calls that are inside, and keeps others waiting.
func (c *Cache) Clear() error {
	cache, err := c.native().enter()
	if err != nil {
		return err
	}
	if c != nil {
		defer c.handle.leave()
		c.turns.enterAlone()
		defer c.turns.leaveAlone()
	}
	return asError(raw.Cache_clear(cache))
}

// SequenceInfo tells what the cache knows of a sequence. Errors: ErrParameterRange.
func (c *Cache) SequenceInfo(sequence Sequence) (SequenceInfo, error) {
	var info SequenceInfo
	cache, err := c.enter(reading, sequence)
	if err != nil {
		return info, err
	}
	defer c.leave(reading, sequence)
	native := raw.NewSequenceInfo()
	defer raw.DeleteSequenceInfo(native)
	err = asError(raw.Cache_sequence_info(cache, int64(sequence), native))
	info.move(cross.FromC, native)
	return info, err
}

// Statistics tells what the cache holds.
func (c *Cache) Statistics() (CacheStatistics, error) {
	var statistics CacheStatistics
	cache, err := c.enter(reading)
	if err != nil {
		return statistics, err
	}
	defer c.leave(reading)
	native := raw.NewCacheStatistics()
	defer raw.DeleteCacheStatistics(native)
	err = asError(raw.Cache_get_statistics(cache, native))
	statistics.move(cross.FromC, native)
	return statistics, err
}

// Append makes room for the rows of the batch as new tokens, in all layers: for all of them, or for none. Their content is 0 until it
// is written. positions has one entry for each row, growing within a sequence, above its newest token's and below 2^40; empty: the next
// ones. Errors: ErrShape, ErrParameterRange, ErrCombination, ErrPositions, ErrOutOfMemory if the memory limit does not allow it.
func (c *Cache) Append(batch CacheBatch, positions []int64) error {
	sequences := inOrder(batch.Sequences)
	cache, err := c.enter(changing, sequences...)
	if err != nil {
		return err
	}
	defer c.leave(changing, sequences...)
	return asError(raw.Cache_append(cache, batch.sequences(), count(batch.Sequences), first(batch.Offsets), count(batch.Offsets),
		first(positions), count(positions)))
}

// Write stores the keys and values of the newest tokens of each sequence in one layer, rounded to the cache's type.
//
//	k [1, key_heads, rows, head_dim]   not rotated     v [1, key_heads, rows, value_dim]     F32, F16 or BF16
//
// context may be nil. Errors: ErrShape, ErrDType, ErrParameterRange.
func (c *Cache) Write(context *Context, layer int64, batch CacheBatch, k, v *Tensor) error {
	entered, err := context.native().enter()
	if err != nil {
		return err
	}
	defer context.native().leave()
	sequences := inOrder(batch.Sequences)
	cache, err := c.enter(changing, sequences...)
	if err != nil {
		return err
	}
	defer c.leave(changing, sequences...)
	k, v = k.orAbsent(), v.orAbsent()
	return asError(raw.Cache_write(entered, cache, layer, batch.sequences(), count(batch.Sequences), first(batch.Offsets),
		count(batch.Offsets), k.data, int32(k.dtype), &k.dims, v.data, int32(v.dtype), &v.dims))
}

// SaveSize is the number of bytes that Save gives; 0 if there is no such sequence, or for a nil or closed cache.
func (c *Cache) SaveSize(sequence Sequence) int {
	cache, err := c.enter(reading, sequence)
	if err != nil {
		return 0
	}
	defer c.leave(reading, sequence)
	return int(raw.Cache_save_size(cache, int64(sequence)))
}

// Save gives a sequence as bytes, all layers, with a version and a checksum. The form does not depend on the machine. Errors:
// ErrParameterRange.
func (c *Cache) Save(sequence Sequence) ([]byte, error) {
	cache, err := c.enter(reading, sequence)
	if err != nil {
		return nil, err
	}
	defer c.leave(reading, sequence)
	saved := make([]byte, raw.Cache_save_size(cache, int64(sequence)))
	if failure := raw.Cache_save(cache, int64(sequence), first(saved), count(saved)); failure != nil {
		return nil, asError(failure)
	}
	return saved, nil
}

// Restore makes a new sequence of what Save gave, in a cache of the same type, layers, heads and sizes. Damaged or foreign bytes are
// ErrParameterRange, a cache of another shape is ErrShape; nothing has changed then. Errors also: ErrOutOfMemory, ErrNullArgument for
// no bytes.
func (c *Cache) Restore(saved []byte) (Sequence, error) {
	cache, err := c.enter(reading)
	if err != nil {
		return 0, err
	}
	defer c.leave(reading)
	var made int64
	err = asError(raw.Cache_restore(cache, first(saved), count(saved), &made))
	return c.made(made, err)
}
