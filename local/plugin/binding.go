package main

import "slices"

// The bindings of a script, with the names that the program uses. A tie is one name in the Worker's environment.
type (
	databaseTie struct {
		Name       string `json:"name"`
		DatabaseID string `json:"databaseId"`
	}
	bucketTie struct {
		Name       string `json:"name"`
		BucketName string `json:"bucketName"`
	}
	textTie struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}
	serviceTie struct {
		Name        string `json:"name"`
		Service     string `json:"service"`
		Environment string `json:"environment,omitempty"`
	}
)

// binding is a binding with the names that the API uses. Each type uses some of the fields.
type binding struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	ID          string `json:"id,omitempty"`
	DatabaseID  string `json:"database_id,omitempty"`
	BucketName  string `json:"bucket_name,omitempty"`
	Text        string `json:"text,omitempty"`
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
}

// bindings returns a script's bindings for the upload.
func (s script) bindings() []binding {
	list := []binding{}
	for _, tie := range s.Databases {
		list = append(list, binding{Type: "d1", Name: tie.Name, ID: tie.DatabaseID})
	}
	for _, tie := range s.Buckets {
		list = append(list, binding{Type: "r2_bucket", Name: tie.Name, BucketName: tie.BucketName})
	}
	for _, tie := range s.PlainTexts {
		list = append(list, binding{Type: "plain_text", Name: tie.Name, Text: tie.Text})
	}
	for _, tie := range s.SecretTexts {
		list = append(list, binding{Type: "secret_text", Name: tie.Name, Text: tie.Text})
	}
	for _, tie := range s.Services {
		list = append(list, binding{Type: "service", Name: tie.Name, Service: tie.Service, Environment: tie.Environment})
	}

	return list
}

// withBindings returns the script with the bindings that the API lists. The API reveals no secret's value, so that comes from
// the state, or is empty. Types that the program can't declare are left out.
func (s script) withBindings(list []binding) script {
	secrets := s.SecretTexts
	s.Databases, s.Buckets, s.PlainTexts, s.SecretTexts, s.Services = nil, nil, nil, nil, nil
	for _, one := range list {
		switch one.Type {
		case "d1":
			s.Databases = append(s.Databases, databaseTie{one.Name, one.DatabaseID})
		case "r2_bucket":
			s.Buckets = append(s.Buckets, bucketTie{one.Name, one.BucketName})
		case "plain_text":
			s.PlainTexts = append(s.PlainTexts, textTie{one.Name, one.Text})
		case "secret_text":
			s.SecretTexts = append(s.SecretTexts, textTie{one.Name, valueOf(secrets, one.Name)})
		case "service":
			s.Services = append(s.Services, serviceTie{one.Name, one.Service, one.Environment})
		}
	}

	return s
}

func valueOf(ties []textTie, name string) string {
	i := slices.IndexFunc(ties, func(tie textTie) bool { return tie.Name == name })
	if i < 0 {
		return ""
	}
	return ties[i].Text
}
