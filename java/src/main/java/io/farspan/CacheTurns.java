package io.farspan;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The turns of calls on one cache. On one sequence, a call that changes it is alone, and others go on at the same time;
 * calls on different sequences do not wait for each other. A call on all sequences is the only one.
 */
final class CacheTurns {
    /** No sequence: of a call on what the sequences share. */
    static final Long[] NONE = {};

    /** Before one sequence, or before a number that is none: C refuses that, unless it is made meanwhile. */
    private static final class Queue {
        final ReadWriteLock turns = new ReentrantReadWriteLock();
        int calls; // that wait or are inside
        boolean lives; // stays without calls
    }

    // calls read, and what concerns all sequences writes
    private final ReadWriteLock all = new ReentrantReadWriteLock();
    private final Map<Long, Queue> queues = new HashMap<>(); // guarded by this

    /** Each sequence once, in the order in which all calls enter them: so no two wait for each other. */
    static Long[] inOrder(long... sequences) {
        TreeSet<Long> distinct = new TreeSet<>();
        for (long sequence : sequences) {
            distinct.add(sequence);
        }
        return distinct.toArray(new Long[0]);
    }

    /** Waits for the turn of a call that reads the sequences, which are in order; {@link #leave} must follow. */
    void enterReading(Long[] sequences) {
        all.readLock().lock();
        for (Long sequence : sequences) {
            join(sequence).turns.readLock().lock();
        }
    }

    /** Waits for the turn of a call that changes the sequences. */
    void enterChanging(Long[] sequences) {
        all.readLock().lock();
        for (Long sequence : sequences) {
            join(sequence).turns.writeLock().lock();
        }
    }

    void leaveReading(Long[] sequences) {
        for (Long sequence : sequences) {
            quit(sequence).turns.readLock().unlock();
        }
        all.readLock().unlock();
    }

    void leaveChanging(Long[] sequences) {
        for (Long sequence : sequences) {
            quit(sequence).turns.writeLock().unlock();
        }
        all.readLock().unlock();
    }

    /** Waits until no call is inside, and keeps others waiting. */
    void enterAlone() {
        all.writeLock().lock();
    }

    /** After a call on all sequences. */
    void leaveAlone() {
        all.writeLock().unlock();
    }

    /** Says that a sequence was made, in the call that did it. */
    synchronized void begins(long sequence) {
        queues.computeIfAbsent(sequence, number -> new Queue()).lives = true;
    }

    /** Says that a sequence was destroyed, in the call that did it. */
    synchronized void ends(long sequence) {
        queues.get(sequence).lives = false;
    }

    /**
     * Says that all sequences were destroyed, in the call that did it. Nobody waits for one: that is done while reading
     * all.
     */
    synchronized void allEnd() {
        queues.clear();
    }

    private synchronized Queue join(Long sequence) {
        Queue queue = queues.computeIfAbsent(sequence, number -> new Queue());
        ++queue.calls;
        return queue;
    }

    private synchronized Queue quit(Long sequence) {
        Queue queue = queues.get(sequence);
        if (--queue.calls == 0 && !queue.lives) {
            queues.remove(sequence);
        }
        return queue;
    }
}
