import type { InteriorKind } from '../scene/place-kind.ts';
import type { PlacePainter } from './painter.ts';
import { corridor, counterFront, hall, restaurant, shop, stationHall } from './public-rooms.ts';
import { classroom, hospital, office, room } from './rooms.ts';
import { outlook } from './shell.ts';
import { paintTrainCar, paintTrainFront, paintVehicle, paintVehicleFront } from './vehicles.ts';

export const interiorPainters: Readonly<Record<InteriorKind, PlacePainter>> = {
  room: { back: outlook, set: room },
  office: { back: outlook, set: office },
  hospital: { back: outlook, set: hospital },
  classroom: { back: outlook, set: classroom },
  restaurant: { back: outlook, set: restaurant, front: counterFront },
  corridor: { back: outlook, set: corridor },
  hall: { back: outlook, set: hall },
  shop: { back: outlook, set: shop },
  'station-hall': { back: outlook, set: stationHall },
  'train-car': { back: outlook, set: paintTrainCar, front: paintTrainFront },
  vehicle: { back: outlook, set: paintVehicle, front: paintVehicleFront },
};
