/** The colours of the bundled map in both themes. */
import type { Theme } from '../ui/theme.ts';

export interface MapColours {
  readonly beyond: string;
  readonly land: string;
  readonly park: string;
  readonly wood: string;
  readonly sand: string;
  readonly campus: string;
  readonly water: string;
  readonly building: string;
  readonly runway: string;
  readonly roadCasing: string;
  readonly road: string;
  readonly street: string;
  readonly motorway: string;
  readonly motorwayCasing: string;
  readonly rail: string;
  readonly label: string;
  readonly minorLabel: string;
  readonly waterLabel: string;
  readonly halo: string;
}

export const MAP_COLOURS: Readonly<Record<Theme, MapColours>> = {
  light: {
    beyond: '#aed3ea',
    land: '#f4f2ee',
    park: '#d3e8c6',
    wood: '#c3deb3',
    sand: '#f1e6c8',
    campus: '#ece8f1',
    water: '#aed3ea',
    building: '#e3ded6',
    runway: '#e2e2e8',
    roadCasing: '#dcd7cd',
    road: '#ffffff',
    street: '#ffffff',
    motorway: '#ffdf9e',
    motorwayCasing: '#e9bd6a',
    rail: '#c9c4ba',
    label: '#3d4652',
    minorLabel: '#6a7380',
    waterLabel: '#33698c',
    halo: '#ffffff',
  },
  dark: {
    beyond: '#10293c',
    land: '#1b212a',
    park: '#1d3029',
    wood: '#1c342a',
    sand: '#2d2a20',
    campus: '#242433',
    water: '#10293c',
    building: '#262d38',
    runway: '#2a303b',
    roadCasing: '#151a21',
    road: '#3a4454',
    street: '#2c3542',
    motorway: '#6b5a37',
    motorwayCasing: '#241f15',
    rail: '#3a4350',
    label: '#c9d3e0',
    minorLabel: '#8f9cad',
    waterLabel: '#7fb0d1',
    halo: '#12171e',
  },
};
