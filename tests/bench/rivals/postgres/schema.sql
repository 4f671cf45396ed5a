-- Double-entry books in PostgreSQL: one function for each transfer, as an application would call it.
-- A transfer is refused (false) under an id that was used before, and beyond the debtor's balance.

CREATE TABLE accounts (
  number  integer PRIMARY KEY,
  balance bigint  NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 50);

CREATE TABLE transfers (
  id       uuid        PRIMARY KEY,
  debtor   integer     NOT NULL,
  creditor integer     NOT NULL,
  amount   bigint      NOT NULL,
  made     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE postings (
  number   bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer uuid    NOT NULL,
  account  integer NOT NULL,
  amount   bigint  NOT NULL
);

CREATE SEQUENCE ids CACHE 100;

-- Time-ordered: a counter first, then chance.
CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(nextval('ids')), 16, '0') || lpad(to_hex((random() * 2147483647)::bigint), 16, '0'))::uuid
$$;

CREATE FUNCTION make_transfer(new_transfer uuid, debits integer, credits integer, moves bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO transfers (id, debtor, creditor, amount) VALUES (new_transfer, debits, credits, moves)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Always the lower number first, so that no two transfers wait for each other.
  IF debits < credits THEN
    UPDATE accounts SET balance = balance - moves WHERE number = debits;
    UPDATE accounts SET balance = balance + moves WHERE number = credits;
  ELSE
    UPDATE accounts SET balance = balance + moves WHERE number = credits;
    UPDATE accounts SET balance = balance - moves WHERE number = debits;
  END IF;
  INSERT INTO postings (transfer, account, amount)
    VALUES (new_transfer, debits, -moves), (new_transfer, credits, moves);
  RETURN true;
END $$;

-- Many transfers as sets, made up in the server: nothing is sent to it and no repeat is looked at one by one.
CREATE FUNCTION make_transfers(how_many integer, account_count integer) RETURNS void LANGUAGE sql AS $$
  WITH chosen AS MATERIALIZED (
    SELECT new_id() AS id, d AS debtor,
           (d + 1 + floor(random() * (account_count - 1))::integer) % account_count AS creditor,
           1 + floor(random() * 1000)::bigint AS amount
    FROM (SELECT floor(random() * account_count)::integer AS d FROM generate_series(1, how_many)) AS debtors
  ), made AS (
    INSERT INTO transfers (id, debtor, creditor, amount)
      SELECT id, debtor, creditor, amount FROM chosen ON CONFLICT DO NOTHING
      RETURNING id, debtor, creditor, amount
  ), sides AS (
    SELECT id, debtor AS account, -amount AS amount FROM made UNION ALL SELECT id, creditor, amount FROM made
  ), moved AS (
    UPDATE accounts SET balance = balance + total
      FROM (SELECT account, sum(amount)::bigint AS total FROM sides GROUP BY account) AS totals
      WHERE number = account
  )
  INSERT INTO postings (transfer, account, amount) SELECT id, account, amount FROM sides
$$;
