-- Why credits were granted or taken back, in an operator's words.
ALTER TABLE credit_ledger ADD COLUMN note text;
