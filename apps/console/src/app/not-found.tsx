import { Link } from 'wouter';
import { Empty } from '../ui/feedback/states.tsx';
import { Title } from '../ui/layout/page.tsx';

export function NotFound() {
  return (
    <>
      <Title name="Not found" />
      <Empty title="There is nothing at this address">
        The link may be old, or may need a key with another role. <Link href="/">Back to the overview</Link>
      </Empty>
    </>
  );
}
