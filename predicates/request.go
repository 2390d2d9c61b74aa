package predicates

import (
	"maps"
	"slices"
)

// Limits on a request (SPEC 10).
const (
	maxAccesses         = 16
	maxRequestArguments = 64
	maxRequestElements  = 1024 // of all lists together: each is held against conditions
)

// A Request is what is to be decided: 1 to 16 accesses that are permitted
// together or not at all, and are charged as one use. A request that is not
// well formed, in number or names, is not repaired; it matches no grant.
//
// A Request is plain data: it is read while it is decided, and not kept.
type Request struct {
	Accesses []Access

	// Digest is the SHA-256 of the exact body that the service will act on, or nil.
	Digest []byte
}

// An Access is the use of one interface on one resource. The names must be
// those that the service will really use, decoded and resolved.
type Access struct {
	Interface string
	Resource  string
	Arguments map[string]Value
}

// NewRequest returns a request of one access without arguments.
func NewRequest(interfaceName, resource string) Request {
	return Request{Accesses: []Access{{Interface: interfaceName, Resource: resource}}}
}

// Problem says why the access is not well formed and so matches no grant, or
// returns "" ([D-14]).
func (a *Access) Problem() string {
	if reason := checkSegments(a.Interface, interfaceSeparator, false); reason != "" {
		return "the interface's name " + reason
	}
	if reason := checkSegments(a.Resource, resourceSeparator, false); reason != "" {
		return "the resource's name " + reason
	}
	if len(a.Arguments) > maxRequestArguments {
		return "there are more than 64 arguments"
	}
	// Map order is random, so all are looked at before one is named.
	badName, badValue := false, false
	for name, v := range a.Arguments {
		badName = badName || checkPlain(name) != ""
		badValue = badValue || !v.valid()
	}
	switch {
	case badName:
		return "the name of an argument is not well formed"
	case badValue:
		return "the value of an argument is out of range or not well formed"
	}
	return ""
}

// elements returns the number of elements of all lists among the arguments.
func (a *Access) elements() int {
	n := 0
	for name := range a.Arguments {
		n += len(a.Arguments[name].list)
	}
	return n
}

// Bind returns the grant that permits this access and no other: its interface,
// its resource, and the value of each of its arguments. Where an argument has a
// value that a token can't hold (a decimal, a list, an opaque value, a text of
// more than 1,024 bytes), or where there are more than 32, digest must say that a digest binds the arguments; the
// grant then leaves all of them out.
func (a *Access) Bind(digest bool) (Grant, error) {
	if problem := a.Problem(); problem != "" {
		return Grant{}, wrong("request", problem)
	}
	if digest && len(a.Arguments) > maxArguments {
		return NewGrant(Interfaces{a.Interface}, Resources{a.Resource})
	}
	where := make([]Where, 0, len(a.Arguments)+1)
	for _, name := range slices.Sorted(maps.Keys(a.Arguments)) {
		v := a.Arguments[name]
		c := OneOf(v)
		if err := c.check("arguments[" + quoteShort(name) + "]"); err != nil {
			if digest {
				return NewGrant(Interfaces{a.Interface}, Resources{a.Resource})
			}
			return Grant{}, err
		}
		where = append(where, c.On(name))
	}
	if len(where) == 0 {
		where = append(where, WhereNone())
	}
	return NewGrant(Interfaces{a.Interface}, Resources{a.Resource}, where...)
}
