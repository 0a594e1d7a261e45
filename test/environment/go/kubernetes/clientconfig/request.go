package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

type urlOfProxy = url.URL

// recorder keeps the request as it goes to the network, and sends it where there is something to send with.
type recorder struct {
	request *http.Request
	next    http.RoundTripper
	err     error
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.request = request
	if r.next != nil {
		response, err := r.next.RoundTrip(request)
		r.err = err
		return response, err
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader("{}")),
		Request:    request,
	}, nil
}

// requestOf asks for the Secrets of all namespaces, and returns what reached the network.
func requestOf(config *rest.Config, send bool, result *answer) (*http.Request, error) {
	last := &recorder{}
	if send {
		tls, err := rest.TLSConfigFor(config)
		if err != nil {
			return nil, err
		}
		last.next = &http.Transport{TLSClientConfig: tls, DisableKeepAlives: true, Proxy: config.Proxy}
	}
	wrapped, err := rest.HTTPWrappersForConfig(config, last)
	if err != nil {
		return nil, err
	}
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	config.QPS = -1
	client, err := rest.UnversionedRESTClientForConfigAndClient(config, &http.Client{Transport: wrapped})
	if err != nil {
		return nil, err
	}
	err = client.Get().AbsPath("/api/v1/secrets").MaxRetries(0).Do(context.Background()).Error()
	if last.request == nil {
		if err == nil {
			err = errors.New("no request")
		}
		return nil, err
	}
	if last.err != nil {
		result.SendError = last.err.Error()
	}
	for name, values := range last.request.Header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return nil, errors.New("net/http: invalid header field value for " + name)
			}
		}
	}
	return last.request, nil
}
