"""Made-up recordings for training: stretches of one person's blocks, in or out of their order."""

import numpy as np

from blocks import NONE, Stream

STRESS = 1


class Sampler:
    """Draws sequences of blocks, each of one person, people alike.

    Half are a run of the recording from a random block on. The others join stretches of 2 to 10 min in random order,
    so that neither the time since the start nor the protocol's order tells the condition."""

    def __init__(self, people: list[Stream], length: int, seed: int):
        self.people, self.length = people, length
        self.rng = np.random.default_rng(seed)

    def draw(self, count: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """(signals (count, length, …), labels (count, length))"""
        rows = []
        for _ in range(count):
            person = self.people[self.rng.integers(len(self.people))]
            rows.append((person, self._run(person) if self.rng.random() < 0.5 else self._joined(person)))
        names = rows[0][0].signals
        return {n: np.stack([p.signals[n][i] for p, i in rows]) for n in names}, np.stack([p.labels[i] for p, i in rows])

    def _run(self, person: Stream) -> np.ndarray:
        begin = int(self.rng.integers(0, max(1, len(person) - self.length)))
        run = np.arange(begin, min(len(person), begin + self.length))
        return np.concatenate([run, self._joined(person)])[: self.length]

    def _joined(self, person: Stream) -> np.ndarray:
        parts, total = [], 0
        while total < self.length:
            size = int(self.rng.integers(12, 60))
            where = np.flatnonzero(person.labels == self._wanted())
            middle = int(self.rng.choice(where)) if len(where) else int(self.rng.integers(len(person)))
            begin = int(np.clip(middle - self.rng.integers(0, size), 0, max(0, len(person) - size)))
            parts.append(np.arange(begin, min(len(person), begin + size)))
            total += len(parts[-1])
        return np.concatenate(parts)[: self.length]

    def _wanted(self) -> int:
        return int(self.rng.choice([0, STRESS, 2, 3, NONE], p=[0.22, 0.26, 0.14, 0.2, 0.18]))
