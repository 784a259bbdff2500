"""Histories of a cache: the steps of a case, one after the other."""
import numpy as np

import farspan
from answers import guarded, scheme_of
from memory import content, tensor


class History:
    def __init__(self, context):
        self.context, self.cache, self.sequences, self.saved, self.outputs = context, None, [], [], []

    def batch(self, step):
        return farspan.Batch([self.sequences[n] for n in step["sequences"]], step.get("offsets"))

    def step(self, step):
        call = step["call"]
        sequence = self.sequences[step["sequence"]] if "sequence" in step else None
        if call == "cache_create":
            self.sequences = []
            self.cache = farspan.Cache(**{"key_heads": 0, "head_dim": 0, **step["config"]})
        elif call == "cache_sequence_create":
            self.sequences.append(self.cache.sequence())
        elif call == "cache_fork":
            self.sequences.append(sequence.fork())
        elif call == "cache_restore":
            self.sequences.append(self.cache.restore(self.bytes(step)))
        elif call == "cache_save":
            self.saved.append(sequence.save())
        elif call == "cache_sequence_destroy":
            sequence.destroy()
        elif call == "cache_evict":
            sequence.evict(step["first"], *([step["last"]] if "last" in step else []))
        elif call == "cache_keep":
            sequence.keep(step["sinks"], step["recent"])
        elif call == "cache_clear":
            self.cache.clear()
        elif call == "cache_append":
            self.cache.append(self.batch(step), step.get("positions"))
        elif call == "cache_write":
            k, v = (tensor(content(step[name]), step[name], name) for name in ("k", "v"))
            self.cache.write(step["layer"], self.batch(step), k, v, self.context)
        elif call == "cache_sequence_info":
            info = sequence.info()
            self.outputs.append(
                np.array(
                    [info.tokens, info.first_position, info.next_position, info.blocks, info.shared_blocks], np.int64
                )
            )
        elif call == "cache_get_statistics":
            answer = self.cache.statistics()
            self.outputs.append(
                np.array([answer.sequences, answer.blocks, answer.free_blocks, answer.block_bytes], np.int64)
            )
        else:
            self.attend(call, step)

    def bytes(self, step):
        saved = bytearray(self.saved[step["saved"]][: step.get("bytes")])
        if "damage" in step:
            saved[step["damage"]] ^= 0xFF
        return bytes(saved)

    def attend(self, call, step):
        scheme = scheme_of(step)
        q = tensor(content(step["q"]), step["q"], "q")
        outputs = [content(step["out"])]
        out = tensor(outputs[0], step["out"], "out")
        if "lse" in step:
            outputs.append(np.zeros(int(np.prod(q.shape[:3])), np.float32))
        named = {"out": out, "lse": outputs[1] if len(outputs) > 1 else None, "context": self.context}
        batch = self.batch(step)
        if call == "attention_decode":
            guarded(outputs, lambda: self.cache.decode(scheme, step["layer"], batch, q, **named))
        else:
            plan = self.cache.plan(
                scheme,
                batch,
                q.shape[1],
                positions=step.get("positions"),
                length=step.get("length", 0),
                context=self.context,
            )
            if step.get("workspace"):
                named["workspace"] = bytearray(plan.workspace_size)
            guarded(outputs, lambda: plan.run(step["layer"], q, **named))
        self.outputs += outputs


def cache_history(case, arguments, context):
    history = History(context)
    for step in arguments["steps"]:
        try:
            history.step(step)
            got = [0, 0]
        except farspan.Error as error:
            if "status" not in step:
                raise
            got = [error.status, error.argument]
        if "status" in step:
            history.outputs.append(np.array(got, np.int64))
    return history.outputs
