package main

import "github.com/spf13/cobra"

// newTopics returns the pages of "taper help" that belong to no command.
func newTopics() []*cobra.Command {
	var topics []*cobra.Command
	for _, t := range []struct{ name, short, long string }{
		{"arguments", "How --arg is read", argumentsTopic},
		{"exit-codes", "What the exit codes mean", exitCodesTopic},
		{"json", "What --json prints", jsonTopic},
		{"keys", "What KEY and PUB may be", keysTopic},
		{"predicates", "How to write what a token may do", predicatesTopic},
		{"roots", "What a roots file holds", rootsTopic},
	} {
		topics = append(topics, &cobra.Command{Use: t.name, Short: t.short, Long: t.long})
	}
	return topics
}

const argumentsTopic = `--arg NAME=VALUE gives the request an argument; repeat it for several.
Tokens compare values with their kind, so the kind counts:

  0, 42, -7                an integer, within -(2^53-1) and 2^53-1
  99.99, -0.5              an exact decimal: at most 15 digits, 1 to 9 of them
                           behind the point
  true, false              a boolean
  anything else            a text, such as EUR, 007, 1e3, +5 or nothing at all

Write the kind behind the name to force it: amount:int=50, zip:text=10115,
version:text=1.10, flag:bool=true, price:decimal=5.00. A value that looks like
a number and is out of range is refused, not taken for a text. So is one that
begins with a quote: quotes are not removed, write name:text="quoted" if they
belong there.

The name ends at the first "=". A name that itself ends in ":text" is
written with one more: name:text:text=value.

Lists, and values that no token can hold, are for the library.`

const exitCodesTopic = `   0  allowed, or done
   1  denied: the token is good, and does not permit this here and now;
      or an approver said no
   2  invalid: the token, key, predicate or roots file is none, or the block
      that was to be written asks for more than the token permits
   3  unavailable: a file, the ssh-agent or the disk did not do what was asked
  64  usage: the command line makes no sense: an unknown command or flag, one
      that is missing, or a flag with a value that it can't have (other than
      a key, which is invalid)

What went wrong is said in one line on standard error, which begins with
"taper: ". Other such lines hold a "note:" or a "warning:", or tell what a time
that counted from now has become.`

const jsonTopic = `All output is ASCII. Times are as in predicates, 2026-11-22T18:00:00Z. A
field that does not apply is null, "" or []. Fields may be added, and are not
renamed.

inspect --json
  verified      whether the signatures lead back to a root that was given
  problem       why not
  kind          "sealed", "open" or "handoff" (open, with its key)
  bytes, characters
  root          hint, and, where verified, key and name
  blocks        each with block (its number), id, signer, next, statements (as
                in predicates), label (unchecked), presentation (whether it is
                bound to one request, once)
  together      what remains: until, from, services (null: any), fresh in
                seconds, delegations (how many are left)

verify --json, explain --json
  verdict       "permitted", "not-allowed", ...
  class         "permitted", "invalid", "denied" or "unavailable"
  message       the line that would be on standard error
  time          as of which it was decided
  uses          of a permit: each with block, id, number and limit
  reasons       one (verify) or all (explain), each with verdict, class, where
                ("ceiling", or a place in a malformed token), block, claim,
                found, asked, allowed, hint, narrowed_by, could_grant, label,
                and public: what a service may tell the asker

With --json a verdict is printed on standard output, and nothing on standard
error. What is no verdict (a missing file, a wrong flag), and to inspect what is
no token, is told there as ever.`

const keysTopic = `KEY is a private key:

  FILE                     PKCS#8 in PEM, as keygen writes it, or a private
                           key of OpenSSH, unencrypted; a file that others may
                           read is refused
  agent:COMMENT            the Ed25519 key of that name in the ssh-agent
  agent:SHA256:...         the one with that fingerprint (ssh-add -l)

PUB is a public key:

  ed25519:BASE64URL        as pub and keygen print it
  FILE                     that text, a public key of OpenSSH or in PEM, or a
                           private key
  agent:...                as above

All keys are Ed25519. Encrypted keys are used through an ssh-agent. Security
keys (sk-...) can't be used, since they don't sign what they are given;
certificates are no keys.

A key for Taper should serve Taper alone. Whoever can reach an ssh-agent can
sign with it: don't forward it to a host that you don't trust, and add the key
with ssh-add -c, so that it asks.`

const predicatesTopic = `A predicate restricts. Separate them with ";" or by lines; "#" begins a
comment.

  allow database:read, database:list on customers/**, orders/*
  allow payments:refund on orders/* where amount <= 100, currency in {"EUR"}
  allow mail:send on outbox where to ends {"@example.com"}, body any
  until 2026-11-22T18:00:00Z
  until +1h30m                    counted from now: d, h, m, s
  from +5m
  uses 100 at db-gateway
  services db-gateway, reports
  delegations 2
  fresh 60s                       only presentations of at most 60 seconds
  cosigned by 1 of {ed25519:...}
  digest sha256:...
  label "analyzer"                for people; it decides nothing
  extension example.com/region h'6575'

A request is permitted iff every block permits it; within a block, one allow
must. In patterns, * is one segment and a last ** is any number: customers/**
is customers and all below it. ** alone is every relative name, /** every
absolute path. A where closes the list of arguments: what it does not name is
denied.

Names that hold blanks, commas or the like, and all text values, are quoted.
SPEC.md, section 7, is the whole grammar.`

const rootsTopic = `A roots file says whose tokens are trusted, and how far:

  # comments begin with a hash
  root prod ed25519:l4tCakI0TNJYaNZB5xZA91tYhUsiAecwrMQLLhVk_is
      services db-gateway, reports
      fresh 60s
  root staging ed25519:Ui0MtdPe1MG_Aa85prfQ0c5Klfbby0TjMzy_BstoVXo
      allow database:* on staging/**

A line that begins in the first column names a root: a name of 1 to 64 of A-Z
a-z 0-9 . _ - and its public key. The indented lines below it, if any, are
predicates: the ceiling of that root. It restricts all tokens under the root,
as one more block in front. It may hold everything but uses and label, and
times are written out. Each name and each key stands once.`
