package farspan

import (
	"sort"
	"sync"
)

// turns lets calls into a cache. On one sequence, a call that changes it is alone, and others go on at the same time; calls on different
// sequences do not wait for each other. A call on all sequences is the only one.
type turns struct {
	all       sync.RWMutex // calls hold it for reading, and what concerns all sequences for writing
	mutex     sync.Mutex   // guards the map
	sequences map[Sequence]*queue
}

// queue is before one sequence, or before a number that is none: C refuses that, unless it is made meanwhile.
type queue struct {
	sync.RWMutex
	calls int  // that wait or are inside
	lives bool // stays without calls
}

// access is what a call may do to its sequences.
type access bool

// A call that only reads, and one that changes.
const (
	reading  access = false
	changing access = true
)

// inOrder gives a copy that has each sequence once, in the order in which all calls enter them: so no two wait for each other.
func inOrder(sequences []Sequence) []Sequence {
	ordered := append([]Sequence(nil), sequences...)
	sort.Slice(ordered, func(i, j int) bool { return ordered[i] < ordered[j] })
	distinct := ordered[:0]
	for n, sequence := range ordered {
		if n == 0 || sequence != distinct[len(distinct)-1] {
			distinct = append(distinct, sequence)
		}
	}
	return distinct
}

// enter waits for the turn of a call; leave with the same arguments must follow. The sequences are in order.
func (t *turns) enter(how access, sequences []Sequence) {
	t.all.RLock()
	for _, sequence := range sequences {
		if q := t.line(sequence); how == changing {
			q.Lock()
		} else {
			q.RLock()
		}
	}
}

// line is the queue of a sequence, in which a call is from now on.
func (t *turns) line(sequence Sequence) *queue {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	q := t.at(sequence)
	q.calls++
	return q
}

func (t *turns) at(sequence Sequence) *queue {
	q := t.sequences[sequence]
	if q == nil {
		if t.sequences == nil {
			t.sequences = make(map[Sequence]*queue)
		}
		q = new(queue)
		t.sequences[sequence] = q
	}
	return q
}

func (t *turns) leave(how access, sequences []Sequence) {
	t.mutex.Lock()
	for _, sequence := range sequences {
		q := t.sequences[sequence]
		if how == changing {
			q.Unlock()
		} else {
			q.RUnlock()
		}
		if q.calls--; q.calls == 0 && !q.lives {
			delete(t.sequences, sequence)
		}
	}
	t.mutex.Unlock()
	t.all.RUnlock()
}

// begins and ends say that a sequence was made or destroyed, by the call that did it.
func (t *turns) begins(sequence Sequence) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.at(sequence).lives = true
}

func (t *turns) ends(sequence Sequence) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.at(sequence).lives = false
}

// enterAlone waits until no call is inside, and keeps others waiting; leaveAlone must follow, after which no sequence lives.
func (t *turns) enterAlone() { t.all.Lock() }

func (t *turns) leaveAlone() {
	t.sequences = nil // nobody waits in a queue: that is done with all for reading
	t.all.Unlock()
}
