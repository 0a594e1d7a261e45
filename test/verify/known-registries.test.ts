/** Which hosts belong to which well-known registry, and what each accepts as a login. */
import { expect, test } from 'vitest';
import { knownRegistry, loginAdvice } from '../../src/verify/known-registries.ts';

test.each<[string, string | undefined, number | undefined]>([
  ['docker.io', 'Docker Hub', 401],
  ['index.docker.io', 'Docker Hub', 401],
  ['registry-1.docker.io', 'Docker Hub', 401],
  ['evil-docker.io', undefined, undefined],
  ['docker.io.example', undefined, undefined],
  ['ghcr.io', 'GitHub Container Registry', 403],
  ['a.ghcr.io', undefined, undefined],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'Amazon ECR', undefined],
  ['1.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'Amazon ECR', undefined],
  ['1.dkr.ecr.cn-north-1.amazonaws.com.cn', 'Amazon ECR', undefined],
  ['s3.eu-west-1.amazonaws.com', undefined, undefined],
  ['team.azurecr.io', 'Azure Container Registry', undefined],
  ['team.azurecr.cn', 'Azure Container Registry', undefined],
  ['azurecr.io', undefined, undefined],
  ['gcr.io', 'Google Artifact Registry', undefined],
  ['eu.gcr.io', 'Google Artifact Registry', undefined],
  ['europe-docker.pkg.dev', 'Google Artifact Registry', undefined],
  ['mygcr.io', undefined, undefined],
  ['quay.io', 'Quay', undefined],
  ['registry.gitlab.com', 'GitLab', undefined],
  ['gitlab.com', undefined, undefined],
])('%s', (host, name, refusal) => {
  expect(knownRegistry(host)?.name).toBe(name);
  expect(knownRegistry(host)?.refusal).toBe(refusal);
});

test.each([
  ['r.example', 'jane', undefined],
  ['quay.io', 'jane', 'Quay takes a robot account, called namespace+name'],
  [
    'docker.io',
    'jane',
    'Docker Hub takes a username with a personal access token, or the name of an organization with its token',
  ],
  [
    'ghcr.io',
    'jane',
    'GitHub Container Registry takes a username with a classic personal access token that has read:packages',
  ],
  [
    '1.dkr.ecr.eu-west-1.amazonaws.com',
    'AWS',
    'Amazon ECR takes the user AWS with a password that lasts 12 hours: aws ecr get-login-password',
  ],
  [
    '1.dkr.ecr.eu-west-1.amazonaws.com',
    'jane',
    'Amazon ECR takes the user AWS with a password that lasts 12 hours: aws ecr get-login-password, not the user jane',
  ],
  [
    'team.azurecr.io',
    'jane',
    'Azure Container Registry takes a service principal or a token user, or the user 00000000-0000-0000-0000-000000000000 with a refresh token of 3 hours',
  ],
  [
    'gcr.io',
    '_json_key',
    'Google Artifact Registry takes the user _json_key with the key file of a service account, or oauth2accesstoken with a token of 1 hour',
  ],
  ['registry.gitlab.com', 'jane', 'GitLab takes a deploy token with read_registry; a CI_JOB_TOKEN ends with its job'],
])('what %s takes, for %s', (host, user, advice) => {
  expect(loginAdvice(host, user)).toBe(advice);
});
