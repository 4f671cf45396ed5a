SELECT make_transfers(:batch, :accounts);
