-- One line: how many transfers, and whether the books balance.
SELECT (SELECT count(*) FROM transfers),
       (SELECT count(*) FROM postings) = 2 * (SELECT count(*) FROM transfers)
   AND (SELECT coalesce(sum(amount), 0) FROM postings) = 0
   AND (SELECT coalesce(sum(amount), 0) FROM postings WHERE amount > 0)
     = (SELECT coalesce(sum(amount), 0) FROM transfers)
   AND NOT EXISTS (SELECT FROM accounts
                   LEFT JOIN (SELECT account, sum(amount) AS moved FROM postings GROUP BY account) AS sums
                          ON account = number
                   WHERE balance <> :opening + coalesce(moved, 0));
