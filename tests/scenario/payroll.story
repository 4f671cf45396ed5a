# A payroll
#
# An employer pays ten people at once, all in the log before the first is paid. There is money for nine of them. The
# commands of one account are taken in their order, so it is the last who gets nothing.

open employer EUR  => completed
open anna EUR  => completed
open ben EUR  => completed
open clara EUR  => completed
open david EUR  => completed
open emma EUR  => completed
open felix EUR  => completed
open greta EUR  => completed
open hugo EUR  => completed
open ida EUR  => completed
open jonas EUR  => completed
deposit employer 25000.00 EUR  => completed

at once
  nov-anna: transfer employer -> anna 3100.00 EUR  => completed
  nov-ben: transfer employer -> ben 2450.50 EUR  => completed
  nov-clara: transfer employer -> clara 2900.00 EUR  => completed
  nov-david: transfer employer -> david 2380.25 EUR  => completed
  nov-emma: transfer employer -> emma 3325.75 EUR  => completed
  nov-felix: transfer employer -> felix 1980.00 EUR  => completed
  nov-greta: transfer employer -> greta 2750.00 EUR  => completed
  nov-hugo: transfer employer -> hugo 2610.00 EUR  => completed
  nov-ida: transfer employer -> ida 2203.50 EUR  => completed
  nov-jonas: transfer employer -> jonas 2300.00 EUR  => rejected insufficient_funds
end

# 25000.00 less 23700.00
balance employer 1300.00 EUR
balance ida 2203.50 EUR
balance jonas 0.00 EUR

# The next day there is more, and the whole file is sent again, jonas under a new id. Nobody is paid twice.
deposit employer 1000.00 EUR  => completed
at once
  nov-anna: transfer employer -> anna 3100.00 EUR  => completed, duplicate
  nov-ida: transfer employer -> ida 2203.50 EUR  => completed, duplicate
  nov-jonas: transfer employer -> jonas 2300.00 EUR  => rejected insufficient_funds, duplicate
  nov-jonas-b: transfer employer -> jonas 2300.00 EUR  => completed
end
balance employer 0.00 EUR
balance anna 3100.00 EUR
balance ben 2450.50 EUR
balance clara 2900.00 EUR
balance david 2380.25 EUR
balance emma 3325.75 EUR
balance felix 1980.00 EUR
balance greta 2750.00 EUR
balance hugo 2610.00 EUR
balance ida 2203.50 EUR
balance jonas 2300.00 EUR
