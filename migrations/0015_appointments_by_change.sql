-- Reading back what has changed since an instant: GET /v1/appointments?updatedAfter=
create index appointments_updated on appointments (tenant_id, updated_at, id);
