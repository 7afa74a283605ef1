"""implicit, whose nearest-neighbour recommenders weigh wishes as ours do, against ours: the same behaviour, as well foretold.

Alone: `python tests/peers/check_implicit.py`. Theirs counts a product among its own neighbours, so that it is asked for one more.
"""

import math
import subprocess
from pathlib import Path

import numpy as np
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from scipy.sparse import csr_matrix

PEOPLE, PRODUCTS, NEIGHBOURS, LOOKED_AT = 943, 1682, 50, 10
# Of two products that are as near, each may put another first.
NEAR_ENOUGH = 0.002


def ours():
    """What is known before, what is wanted later, and how well each way of weighing foretold it."""
    root = Path(__file__).resolve().parents[2]
    command = ["cargo", "run", "--quiet", "--package", "recommend", "--example", "planted"]
    made = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    before, later, found = [], [], {}
    for line in made.stdout.splitlines():
        mark, *rest = line.split()
        if mark == "w":
            found[rest[0]] = int(rest[1]) / 1_000_000
        else:
            (before if mark == "b" else later).append(tuple(map(int, rest)))
    return matrix(before), matrix(later), found


def matrix(triples):
    people, products, weights = zip(*triples)
    return csr_matrix((np.array(weights, dtype=np.float64), (people, products)), shape=(PEOPLE, PRODUCTS))


def ndcg(before, later, recommended):
    """The discounted gain of ten recommendations against the best, over all people who wanted something new."""
    gains = []
    for person in range(PEOPLE):
        wanted = set(later[person].indices)
        if not wanted or before[person].nnz == 0:
            continue
        gain = sum(1 / math.log2(rank + 2) for rank, one in enumerate(recommended(person)) if one in wanted)
        gains.append(gain / sum(1 / math.log2(rank + 2) for rank in range(min(len(wanted), LOOKED_AT))))
    return sum(gains) / len(gains)


def theirs(model, before, later):
    model.fit(before, show_progress=False)

    def recommended(person):
        found, scores = model.recommend(person, before[person], N=LOOKED_AT)
        return [one for one, score in zip(found, scores) if score > 0]

    return ndcg(before, later, recommended)


def popular(before, later):
    ranked = np.argsort(-np.asarray(before.sum(axis=0)).ravel(), kind="stable")

    def recommended(person):
        known = set(before[person].indices)
        return [one for one in ranked if one not in known][:LOOKED_AT]

    return ndcg(before, later, recommended)


def run(report):
    before, later, found = ours()
    models = {"bm25": BM25Recommender, "tfidf": TFIDFRecommender, "cosine": CosineRecommender}
    floor = popular(before, later)
    for name, model in models.items():
        peer = theirs(model(K=NEIGHBOURS + 1, num_threads=1), before, later)
        print(f"        {name}: NDCG@10 {found[name]:.4f}, implicit's {peer:.4f}, popularity's {floor:.4f}", flush=True)
        report.check(f"implicit: {name} foretells as well as theirs", lambda: abs(found[name] - peer) <= NEAR_ENOUGH)
        report.check(f"implicit: {name} foretells better than popularity", lambda: found[name] > floor)


if __name__ == "__main__":
    import sys

    from checks import Report

    alone = Report()
    run(alone)
    sys.exit(1 if alone.failed else 0)
