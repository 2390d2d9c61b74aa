// Package predicates is the language of Taper: names, patterns, grants and
// claims, and how they decide a request (SPEC 6, 7 and 9). It parses and prints
// the text notation, evaluates, and compares what a block asks for with what
// the chain above it permits.
//
// It knows no keys, no signatures and no counters. Most users want package chain,
// and from this one [New] or [Parse] to say what a token may do.
package predicates
