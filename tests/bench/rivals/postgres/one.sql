\set debtor random(0, :accounts - 1)
\set creditor (:debtor + random(1, :accounts - 1)) % :accounts
\set amount random(1, 1000)
SELECT make_transfer(new_id(), :debtor, :creditor, :amount);
