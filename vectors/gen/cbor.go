package main

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/tapertoken/taper/vectors"
)

//go:embed source/cbor-profile-cases.json
var cborProfile []byte

// cborClasses says for each class of the source which identifiers its cases
// exercise, which attack they are, and what a decoder that is wrong about them
// does.
var cborClasses = map[string]struct {
	spec, attacks []string
	base          string // the hex of the case that most are one change away from
	consequence   string
}{
	"ok":            {[]string{"E-2"}, nil, "", "is in the profile, and a decoder that refuses it refuses tokens that others issue"},
	"non-minimal":   {[]string{"E-3"}, []string{"B1"}, "00", "is a second spelling of a shorter item; where it passes, one token has two byte strings, and a list of seen tokens knows one"},
	"int-range":     {[]string{"E-6"}, []string{"B11"}, "1b001fffffffffffff", "is an integer that a double can't hold exactly, so that two implementations compare different numbers"},
	"range":         {[]string{"E-6"}, []string{"B11"}, "1b001fffffffffffff", "does not fit into 64 signed bits; a decoder that converts it without a check gets a number of the other sign"},
	"trailing":      {[]string{"E-1"}, []string{"B9"}, "00", "has bytes behind the item, where a decoder that stops at the end of the first lets anyone add what is never looked at"},
	"truncated":     {[]string{"E-1"}, []string{"B9"}, "00", "ends before the item does; a decoder that fills up with zeros, or reads on, invents content"},
	"huge-length":   {[]string{"E-4"}, []string{"B8"}, "80", "promises more than there is; a decoder that allocates first is out of memory after a few bytes"},
	"depth":         {[]string{"E-8"}, []string{"B8"}, "818181818181818100", "nests deeper than 8; a decoder that recurses as deep as it is told overflows its stack"},
	"reserved":      {[]string{"E-2"}, []string{"B4"}, "00", "has a head that RFC 8949 reserves, which each decoder may one day read in its own way"},
	"indefinite":    {[]string{"E-2"}, []string{"B4"}, "8101", "is of indefinite length or its end, a second spelling of everything that has a length"},
	"tag":           {[]string{"E-2"}, []string{"B4"}, "00", "is tagged; decoders skip tags, or turn them into dates and big numbers, as they like"},
	"simple":        {[]string{"E-2"}, []string{"B4", "B5"}, "f4", "is no value that Taper has, and many decoders read it as zero or leave the field as it was"},
	"float":         {[]string{"E-2"}, []string{"B4"}, "00", "is a float, and a decoder that converts it has a second spelling of integers, or a number that equals nothing"},
	"map-order":     {[]string{"E-5"}, []string{"B1"}, "a201010202", "has keys that do not ascend, so that one map has many spellings"},
	"duplicate-key": {[]string{"E-5"}, []string{"B2"}, "a201010202", "has a key twice, where one decoder takes the first value and the next one the last"},
	"utf8":          {[]string{"E-7"}, []string{"B10"}, "6161", "is no UTF-8; decoders that repair it make equal names of different bytes"},
}

// cborBases names, by hex, the case that a case is one change away from, where
// that is not the one of its class.
var cborBases = map[string]string{
	"1817": "17", "190017": "17", "1900ff": "18ff", "1a0000ffff": "19ffff", "1b00000000ffffffff": "1b0000000100000000",
	"780161": "6161", "580161": "4101", "980101": "8101", "b8010101": "a10101", "a118010a": "a10101", "bb0000000000000001": "a10101",
	"38ff00": "3818", "3bffffffffffffffff": "3b001ffffffffffffe", "3b001fffffffffffff": "3b001ffffffffffffe",
	"5f4101ff": "4101", "7f6161ff": "6161", "bf0101ff": "a10101", "a000": "a0", "c24101": "4101", "c34101": "4101",
	"d9d9f7a0": "a0", "d81c8101": "8101", "a101f6": "a10101", "a26161020101": "a2016161026162", "63eda080": "63e282ac",
	"41": "4101", "6261": "6161", "81": "8101", "a101": "a10101", "a1": "a10101", "18": "1818", "19": "190100", "1900": "190100",
	"1a0000": "1a00010000", "1b00000000": "1b0000000100000000", "5b7fffffffffffffff": "40", "7bffffffffffffffff": "60",
	"ba00ffffff": "a0", "bb1000000000000000": "a0", "f814": "f4",
}

// cborCases carries over the cases of the profile of CBOR.
func cborCases(s *suite) {
	var source struct {
		Cases []struct {
			Hex, Class, Comment string
			Valid               bool
		}
	}
	if err := json.Unmarshal(cborProfile, &source); err != nil {
		fail("cbor: %v", err)
	}
	ids, taken := map[string]string{}, map[string]bool{} // ids by hex
	for _, c := range source.Cases {
		kind := c.Class
		if c.Valid {
			kind = "valid"
		}
		id := "cbor-" + kind + "-" + slug(c.Comment)
		if taken[id] {
			id += "-" + c.Hex
		}
		ids[c.Hex], taken[id] = id, true
	}
	for _, c := range source.Cases {
		class, ok := cborClasses[c.Class]
		if !ok {
			fail("cbor: no class %s", c.Class)
		}
		id, base := ids[c.Hex], ""
		if !c.Valid {
			if base = ids[cborBases[c.Hex]]; base == "" || cborBases[c.Hex] == "" {
				base = ids[class.base]
			}
		}
		v := vectors.Case{
			ID: id, Op: "well-formed", Spec: class.spec, Attacks: class.attacks, Base: base,
			Comment: "This (" + c.Comment + ") " + class.consequence + ".",
			Hex:     &c.Hex, Valid: &c.Valid,
		}
		if !c.Valid {
			v.Flags = []string{c.Class}
		}
		s.add(v)
	}
}

// slug turns words into a part of an id.
func slug(words string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(words), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}
