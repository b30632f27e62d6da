import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { PageHead } from '../../ui/layout/page.tsx';
import { FailureGroups } from './failure-groups.tsx';

export function FailuresPage() {
  return (
    <>
      <PageHead
        title="Failures"
        lead="Deliveries whose last attempt failed, by webhook and error; the newest first. A row leads to its newest delivery."
        actions={
          <Button variant="default" component={Link} href="/jobs">
            Jobs
          </Button>
        }
      />
      <FailureGroups />
    </>
  );
}
