package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The schema of the vectors is checked here, and not beside them, because the
// root module needs no library for it.

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := os.ReadFile("../../vectors/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSchema(t *testing.T) {
	schema := compileSchema(t)
	names, err := filepath.Glob("../../vectors/data/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("files %v, %v", names, err)
	}
	ops := map[string][]byte{} // the first case of each op, by itself in a file
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		file := doc.(map[string]any)
		if want := file["theme"].(string) + ".json"; filepath.Base(name) != want {
			t.Errorf("%s holds the theme of %s", name, want)
		}
		for _, c := range file["cases"].([]any) {
			op := c.(map[string]any)["op"].(string)
			if ops[op] != nil {
				continue
			}
			file["cases"] = []any{c}
			if ops[op], err = json.Marshal(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for op, b := range ops {
		t.Run(op, func(t *testing.T) { refuses(t, schema, b) })
	}
}

// refuses checks that the schema refuses a file of one case in which anything has
// an unknown field, or one that the case needs is gone.
func refuses(t *testing.T, schema *jsonschema.Schema, file []byte) {
	fresh := func() map[string]any {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		return doc.(map[string]any)
	}
	if err := schema.Validate(fresh()); err != nil {
		t.Fatal(err)
	}
	caseOf := func(doc map[string]any) map[string]any { return doc["cases"].([]any)[0].(map[string]any) }
	for n := 0; ; n++ {
		doc := fresh()
		path, found := add(doc, "", new(n))
		if !found {
			if n < 2 {
				t.Errorf("only %d objects", n)
			}
			break
		}
		if schema.Validate(doc) == nil {
			t.Errorf("accepts an unknown field at %q", path)
		}
	}
	for _, field := range []string{"id", "op", "spec", "comment"} {
		doc := fresh()
		delete(caseOf(doc), field)
		if schema.Validate(doc) == nil {
			t.Errorf("accepts a case without %s", field)
		}
	}
	for field, bad := range map[string]any{
		"id": "Upper Case", "op": "dance", "spec": []any{"D12"}, "comment": "no sentence", "base": "", "flags": []any{"two words"}, "attacks": []any{"row 3"},
	} {
		doc := fresh()
		caseOf(doc)[field] = bad
		if schema.Validate(doc) == nil {
			t.Errorf("accepts %s %v", field, bad)
		}
	}
}

// add adds an unknown field to the nth object of a document, in which maps with
// keys of their own choice don't count.
func add(v any, path string, n *int) (string, bool) {
	switch v := v.(type) {
	case map[string]any:
		chosen := filepath.Base(path) == "arguments" || filepath.Base(path) == "extensions"
		if !chosen {
			if *n == 0 {
				v["unknown"] = "x"
				return path, true
			}
			*n--
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if found, ok := add(v[key], path+"/"+key, n); ok {
				return found, true
			}
		}
	case []any:
		for _, child := range v {
			if found, ok := add(child, path, n); ok {
				return found, true
			}
		}
	}
	return "", false
}
