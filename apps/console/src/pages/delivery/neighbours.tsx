import { ActionIcon } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Delivery, Page } from '../../api/model.ts';
import { LeftIcon, RightIcon } from '../../ui/display/icons.tsx';
import { neighboursOf } from './neighbours-of.ts';

/** Links to the deliveries before and after this one in the list that the user came from; nothing where there is no such list. */
export function Neighbours({ id }: { readonly id: string }) {
  const queries = useQueryClient();
  const lists = queries
    .getQueryCache()
    .findAll({ queryKey: ['/v1/deliveries', 'list'] })
    .toSorted((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    .flatMap(({ state }) => (state.data === undefined ? [] : [(state.data as Page<Delivery>).data]));
  const { newer, older } = neighboursOf(lists, id);
  return (
    <>
      <To id={newer} name="Newer delivery">
        <LeftIcon size={14} />
      </To>
      <To id={older} name="Older delivery">
        <RightIcon size={14} />
      </To>
    </>
  );
}

interface ToProps {
  readonly id: string | undefined;
  readonly name: string;
  readonly children: ReactNode;
}

function To({ id, name, children }: ToProps) {
  if (id === undefined) return null;
  return (
    <ActionIcon variant="default" size={30} component={Link} href={`/deliveries/${id}`} aria-label={name} title={name}>
      {children}
    </ActionIcon>
  );
}
