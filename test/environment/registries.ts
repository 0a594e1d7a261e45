/** The registries that the tests share, and their images. */
import { join } from 'node:path';
import { pushImage, writeImage } from './image.ts';
import type { PortBlock } from './port-block.ts';
import { ensurePrograms, registryPrograms } from './programs.ts';
import { type RegistryInfo, startRegistry } from './registry.ts';
import type { RegistryUser } from './registry-user.ts';
import { type Report, secondsSince } from './report.ts';

export interface RegistriesInfo {
  basic: SharedRegistry;
  bearer: SharedRegistry;
  /** An image of the Bearer registry that anyone may pull without a credential. */
  publicImage: string;
  /** The sandbox image of the node's pods, public as well. */
  pauseImage: string;
  /** The crane that pushed the images, for tests that push more. */
  crane: string;
  /** An image archive for `crane push`: a program that waits for a signal. */
  imageArchive: string;
}

export interface SharedRegistry extends RegistryInfo {
  /** An image that only janedoe may pull. */
  privateImage: string;
}

/** The user of the private images. The password contains a colon and base64's special characters, because passwords may. */
export const janedoe: RegistryUser = {
  username: 'janedoe',
  password: 'jd-pa55:word+/=',
  repositories: ['janedoe/*'],
};

/**
 * A user with a valid password and no rights to janedoe's images. This holds only for the Bearer registry, because htpasswd has
 * no rights.
 */
export const johndoe: RegistryUser = {
  username: 'johndoe',
  password: 'another-pa55word',
  repositories: ['johndoe/*'],
};

/** Starts both registries and fills them. */
export async function startRegistries(folder: string, ports: PortBlock, report: Report): Promise<RegistriesInfo> {
  const bin = await ensurePrograms(registryPrograms, report);
  const started = performance.now();
  const users = [janedoe, johndoe];
  const pusher: RegistryUser = { username: 'pusher', password: 'pushes-public-images', repositories: ['public/*'] };
  const [basic, bearer] = await Promise.all([
    startRegistry(folder, ports, { auth: 'basic', users }),
    startRegistry(folder, ports, { auth: 'bearer', users: [...users, pusher], publicRepositories: ['public/*'] }),
  ]);
  const imageArchive = writeImage(bin.app, join(folder, 'registries', 'image.tar'));
  const push = async (host: string, repository: string, user: RegistryUser): Promise<string> => {
    const image = `${host}/${repository}`;
    await pushImage(bin.crane, imageArchive, image, join(folder, 'registries'), user);
    return image;
  };
  const [basicImage, bearerImage, publicImage, pauseImage] = await Promise.all([
    push(basic.host, 'janedoe/jdoe-private:v1', janedoe),
    push(bearer.host, 'janedoe/jdoe-private:v1', janedoe),
    push(bearer.host, 'public/app:v1', pusher),
    push(bearer.host, 'public/pause:v1', pusher),
  ]);
  report(`registries ready in ${secondsSince(started)}: ${basic.host} (Basic), ${bearer.host} (Bearer)`);
  return {
    basic: { ...basic, privateImage: basicImage },
    bearer: { ...bearer, privateImage: bearerImage },
    publicImage,
    pauseImage,
    crane: bin.crane,
    imageArchive,
  };
}
