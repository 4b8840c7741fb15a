-- What figures of many reviews are added up from, beside each review: no draft and no result is opened for them.

-- Of the draft: digest of the pack that judged, and points on the items that it has judged, 0 where the draft was kept
-- before this was noted.
ALTER TABLE reviews ADD COLUMN pack TEXT NOT NULL DEFAULT '';
ALTER TABLE reviews ADD COLUMN judged_max BIGINT NOT NULL DEFAULT 0;
-- Of the last submission: points to be had, items on which the machine proposed something, those of them about which
-- a human decided, those that were overruled, and vetoes that were carried out.
ALTER TABLE reviews ADD COLUMN final_max BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN proposed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN decided BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN overruled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN carried_out BIGINT NOT NULL DEFAULT 0;

UPDATE reviews SET pack = (SELECT d.pack FROM drafts d WHERE d.id = reviews.draft);

UPDATE reviews SET
    final_max = CAST(ROUND(CAST(CAST(result AS JSON) #>> '{totals,max}' AS NUMERIC) * 100) AS BIGINT),
    proposed = (SELECT COUNT(*) FROM reviewed_items x
        WHERE x.draft = reviews.draft AND x.machine_outcome IN ('score', 'not_applicable')),
    decided = (SELECT COUNT(*) FROM reviewed_items x
        WHERE x.draft = reviews.draft AND x.machine_outcome IN ('score', 'not_applicable') AND x.explicit),
    overruled = (SELECT COUNT(*) FROM reviewed_items x
        WHERE x.draft = reviews.draft AND x.machine_outcome IN ('score', 'not_applicable')
        AND (x.machine_outcome <> x.final_outcome OR COALESCE(x.machine, 0) <> COALESCE(x.final, 0)
            OR (x.machine IS NULL) <> (x.final IS NULL))),
    carried_out = (SELECT COUNT(*) FROM reviewed_vetoes x WHERE x.draft = reviews.draft AND x.carried_out)
WHERE result IS NOT NULL;

-- Everything that figures ask for, so that they are read along this index and not from the wide rows.
CREATE INDEX reviews_by_figures ON reviews (day, team, agent, rubric, pack, state, score, judged_max, hits,
    final_score, final_max, proposed, decided, overruled, carried_out, reviewer, submitted_at, draft);
