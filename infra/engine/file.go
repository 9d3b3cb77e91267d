package engine

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// File is the committed file of a stack, Pulumi.<stack>.yaml.
type File struct{ *workspace.ProjectStack }

// NoFile is the file of a stack that has none.
var NoFile = File{&workspace.ProjectStack{}}

// ReadStacks reads the files in a folder, by stack.
func ReadStacks(folder string) (map[string]File, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "Pulumi.*.yaml"))
	if err != nil {
		return nil, err
	}

	stacks := map[string]File{}
	for _, path := range paths {
		project, err := workspace.LoadProject(filepath.Join(folder, "Pulumi.yaml"))
		if err != nil {
			return nil, err
		}
		read, err := workspace.LoadProjectStack(sink, project, path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "Pulumi."), ".yaml")
		stacks[name] = File{read}
	}
	return stacks, nil
}

// Setting returns the value of a full key ("addreams:accountId") that is stored in plain text; "" for any other.
func (f File) Setting(name string) string {
	key, err := config.ParseKey(name)
	if err != nil || f.Config[key].Secure() {
		return ""
	}
	value, err := f.Config[key].Value(config.NopDecrypter)
	if err != nil {
		return ""
	}
	return value
}

// withoutSecrets returns what the file stores in plain text, without the credentials of another Cloudflare.
func (f File) withoutSecrets() File {
	plain := config.Map{}
	for key, value := range f.Config {
		if !value.Secure() && key.Namespace() != "cloudflare" {
			plain[key] = value
		}
	}
	return File{&workspace.ProjectStack{Config: plain}}
}

// Encrypts reports whether the file has a secret.
func (f File) Encrypts() bool { return len(f.secrets()) > 0 }

// secrets returns the full keys of the program's settings that are encrypted.
func (f File) secrets() []string {
	var keys []string
	for key, value := range f.Config {
		if value.Secure() && key.Namespace() == "addreams" {
			keys = append(keys, key.Namespace()+":"+key.Name())
		}
	}
	return keys
}

// OpensWith reports whether a passphrase decrypts the file's secrets. The salt carries a word to try it on:
// "v1:<salt in base64>:<the word pulumi, encrypted>".
func (f File) OpensWith(passphrase string) bool {
	_, rest, _ := strings.Cut(f.EncryptionSalt, ":")
	encoded, word, found := strings.Cut(rest, ":")
	salt, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil {
		return false
	}

	opened, err := config.NewSymmetricCrypterFromPassphrase(passphrase, salt).DecryptValue(context.Background(), word)
	return err == nil && opened == "pulumi"
}
