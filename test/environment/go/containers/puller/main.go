// Command puller answers, with containerd's and go-containerregistry's own code, what a node would meet at a registry.
//
// One JSON object per line in, one per line out, in the same order. Whatever a name stands for, only this machine is
// dialled, at the port of the question.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	remoteerrors "github.com/containerd/containerd/v2/core/remotes/errors"
	"github.com/containerd/errdefs"
	"github.com/containerd/log"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
)

type question struct {
	// As in a pod, but whole: HOST/PATH:TAG.
	Image string `json:"image"`
	// For go-containerregistry, under a name of its own.
	Registry string `json:"registry"`
	Username string `json:"username"`
	Password string `json:"password"`
	// The port on this machine.
	Port string `json:"port"`
	// PEM of the authority; empty for plain http.
	Authority string `json:"authority"`
}

type outcome struct {
	// ok, not found, unauthorized, status, other.
	Kind string `json:"kind"`
	// Of an answer that it did not expect.
	Status int `json:"status"`
	// Of the request that was answered so.
	Method  string `json:"method"`
	Message string `json:"message"`
}

type answer struct {
	// containerd: the descriptor, which is what HEAD says.
	Resolve outcome `json:"resolve"`
	// containerd: the manifest itself.
	Fetch outcome `json:"fetch"`
	// go-containerregistry: /v2/ with the login.
	Login outcome `json:"login"`
}

const workers = 16

func main() {
	log.L.Logger.SetOutput(io.Discard)
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(output)
	limit := make(chan struct{}, workers)
	pending := make(chan chan answer, 1<<16)
	var written sync.WaitGroup
	written.Add(1)
	go func() {
		defer written.Done()
		for one := range pending {
			if err := encoder.Encode(<-one); err != nil {
				os.Exit(1)
			}
			if len(pending) == 0 {
				output.Flush()
			}
		}
	}()
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			break
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			os.Exit(1)
		}
		one := make(chan answer, 1)
		pending <- one
		limit <- struct{}{}
		go func() {
			defer func() { <-limit }()
			one <- ask(asked)
		}()
	}
	close(pending)
	written.Wait()
}

func ask(asked question) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	resolve, fetch := pull(ctx, asked)
	return answer{Resolve: resolve, Fetch: fetch, Login: login(ctx, asked)}
}

// What CRI does (containerd internal/cri/server/images/image_pull.go) up to the manifest.
func pull(ctx context.Context, asked question) (outcome, outcome) {
	rounds := newTransport(asked)
	defer rounds.CloseIdleConnections()
	client := &http.Client{Transport: rounds}
	// A kubelet says no server with a login, so it is for whoever asks.
	credentials := func(string) (string, string, error) { return asked.Username, asked.Password, nil }
	plain := docker.MatchLocalhost
	if asked.Authority == "" {
		plain = docker.MatchAllHosts
	}
	resolver := docker.NewResolver(docker.ResolverOptions{
		Hosts: docker.ConfigureDefaultRegistries(
			docker.WithAuthorizer(docker.NewDockerAuthorizer(docker.WithAuthClient(client), docker.WithAuthCreds(credentials))),
			docker.WithClient(client),
			docker.WithPlainHTTP(plain),
		),
	})
	ref, descriptor, err := resolver.Resolve(ctx, asked.Image)
	if err != nil {
		return outcomeOf(err), outcome{Kind: "not tried"}
	}
	if !images.IsManifestType(descriptor.MediaType) && !images.IsIndexType(descriptor.MediaType) {
		return outcome{Kind: "ok"}, outcome{Kind: "other", Message: "no manifest: " + descriptor.MediaType}
	}
	fetcher, err := resolver.Fetcher(ctx, ref)
	if err != nil {
		return outcome{Kind: "ok"}, outcomeOf(err)
	}
	body, err := fetcher.Fetch(ctx, descriptor)
	if err != nil {
		return outcome{Kind: "ok"}, outcomeOf(err)
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err == nil && digest.FromBytes(content) != descriptor.Digest {
		err = errors.New("another digest")
	}
	return outcome{Kind: "ok"}, outcomeOf(err)
}

func login(ctx context.Context, asked question) outcome {
	rounds := newTransport(asked)
	defer rounds.CloseIdleConnections()
	options := []name.Option{}
	if asked.Authority == "" {
		options = append(options, name.Insecure)
	}
	registry, err := name.NewRegistry(asked.Registry, options...)
	if err != nil {
		return outcomeOf(err)
	}
	auth := authn.FromConfig(authn.AuthConfig{Username: asked.Username, Password: asked.Password})
	if asked.Username == "" {
		auth = authn.Anonymous
	}
	wrapped, err := transport.NewWithContext(ctx, registry, auth, rounds, nil)
	if err != nil {
		return outcomeOf(err)
	}
	scheme := "https"
	if asked.Authority == "" {
		scheme = "http"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+asked.Registry+"/v2/", nil)
	if err != nil {
		return outcomeOf(err)
	}
	response, err := (&http.Client{Transport: wrapped}).Do(request)
	if err != nil {
		return outcomeOf(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return outcome{Kind: "status", Status: response.StatusCode, Method: http.MethodGet}
	}
	return outcome{Kind: "ok"}
}

func outcomeOf(err error) outcome {
	var unexpected remoteerrors.ErrUnexpectedStatus
	var refused *transport.Error
	switch {
	case err == nil:
		return outcome{Kind: "ok"}
	case errors.As(err, &unexpected):
		return outcome{Kind: "status", Status: unexpected.StatusCode, Method: unexpected.RequestMethod, Message: err.Error()}
	case errors.As(err, &refused):
		return outcome{Kind: "status", Status: refused.StatusCode, Message: err.Error()}
	case errors.Is(err, docker.ErrInvalidAuthorization):
		return outcome{Kind: "unauthorized", Message: err.Error()}
	case errdefs.IsNotFound(err):
		return outcome{Kind: "not found", Message: err.Error()}
	default:
		return outcome{Kind: "other", Message: err.Error()}
	}
}

func newTransport(asked question) *http.Transport {
	rounds := http.DefaultTransport.(*http.Transport).Clone()
	rounds.Proxy = nil
	rounds.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", asked.Port))
	}
	if asked.Authority != "" {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(asked.Authority))
		rounds.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return rounds
}
