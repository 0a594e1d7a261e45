// Command oracle answers, with Kubernetes' own code, which credentials the kubelet would try for an image.
//
// One JSON object per line in, one per line out, in the same order. Texts that need not be UTF-8 are base64, as []byte is
// in Go's JSON.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/distribution/reference"
	v1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	credentialprovidersecrets "k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/util/parsers"
)

type question struct {
	Secrets []v1.Secret `json:"secrets"`
	Image   string      `json:"image"`
}

type credential struct {
	Username []byte `json:"username"`
	Password []byte `json:"password"`
	Email    []byte `json:"email"`
	Secret   string `json:"secret"`
}

type answer struct {
	// The whole keyring fails.
	KeyringError []byte `json:"keyringError,omitempty"`
	// The image is no image.
	ImageError  []byte       `json:"imageError,omitempty"`
	Name        string       `json:"name,omitempty"`
	Credentials []credential `json:"credentials,omitempty"`
}

func main() {
	// Entries that are ignored are logged as errors, which klog writes to stderr wherever its output goes: whoever leaves
	// that pipe unread would wait for ever. The zero Logger drops them.
	klog.SetLogger(klog.Logger{})
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(output)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			os.Exit(1)
		}
		if err := encoder.Encode(ask(asked)); err != nil {
			os.Exit(1)
		}
		// Whoever asks line by line waits for the answer.
		if input.Buffered() == 0 {
			output.Flush()
		}
	}
}

func ask(asked question) answer {
	keyring, err := credentialprovidersecrets.MakeDockerKeyring(asked.Secrets, &credentialprovider.BasicDockerKeyring{})
	if err != nil {
		return answer{KeyringError: []byte(err.Error())}
	}
	// The kubelet looks credentials up for the name without tag and digest (pkg/kubelet/images/image_manager.go).
	name, _, _, err := parsers.ParseImageName(asked.Image)
	if err != nil {
		// Its text repeats the image before the cause.
		if _, cause := reference.ParseNormalizedNamed(asked.Image); cause != nil {
			err = cause
		}
		return answer{ImageError: []byte(err.Error())}
	}
	found, _ := keyring.Lookup(name)
	result := answer{Name: name}
	for _, entry := range found {
		secret := ""
		if entry.Source != nil && entry.Source.Secret != nil {
			secret = entry.Source.Secret.Name
		}
		result.Credentials = append(result.Credentials, credential{
			Username: []byte(entry.Username),
			Password: []byte(entry.Password),
			Email:    []byte(entry.Email),
			Secret:   secret,
		})
	}
	return result
}
