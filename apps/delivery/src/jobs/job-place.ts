/** The last row of a page, in the order (createdAt, id). */
export interface JobPlace {
  readonly createdAt: string;
  readonly id: string;
}
