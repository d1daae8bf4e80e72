using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// The way to the site: connected at the first use, looked at again after every failure. The silo does not wait for it; a device
/// serves for weeks without.
/// </summary>
internal sealed class SiteLink(NpgsqlDataSource source, DeviceIdentity identity, bool mayMigrate, TimeProvider time) : IDisposable
{
    // A try that just failed answers for the calls that waited behind it.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // How long another copy of this data can stay unnoticed while both are connected.
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(1);

    // A copy of the data that is older than this is known as one.
    private static readonly TimeSpan ClaimAnewAfter = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _gate = new(1);
    private (Exception Error, long At)? _lastFault;
    private GrainStorageRows? _rows;
    private string? _place;
    private long _epoch;
    private long _identityEpoch = identity.Epoch;
    private long _claimedAt;
    private long _checkedAt;
    private volatile bool _isSure;

    /// <summary>Counts how often the database at the other end turned out to be another one, or one put back to an earlier state.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Why the site must not be written although it answers.</summary>
    public string? Refusal { get; private set; }

    private bool IsSure => _isSure && identity.Epoch == _identityEpoch && time.GetElapsedTime(_checkedAt) < RenewAfter;

    /// <summary>The rows, once the site is reached and may be written.</summary>
    /// <exception cref="SiteRefusedException">It holds what another copy of this data mirrored.</exception>
    /// <exception cref="SiteSchemaException">Its schema is not this service's.</exception>
    /// <exception cref="NpgsqlException">It cannot be reached.</exception>
    public async Task<GrainStorageRows> Rows(CancellationToken ct)
    {
        if (IsSure)
        {
            return _rows!;
        }

        await _gate.WaitAsync(ct);
        try
        {
            if (!IsSure)
            {
                await Check(ct);
            }

            return _rows!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Something failed: before the next call the site is looked at.</summary>
    public void Doubt() => _isSure = false;

    /// <summary>A connection for a query of this service's own.</summary>
    public ValueTask<NpgsqlConnection> Connect(CancellationToken ct) => source.OpenConnectionAsync(ct);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task Check(CancellationToken ct)
    {
        if (_lastFault is { } fault && time.GetElapsedTime(fault.At) < RetryAfter)
        {
            throw new IOException(DriverFault.TextOf(fault.Error), fault.Error);
        }

        _isSure = false;
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await SiteMigration.Require(connection, mayMigrate, ct);
            await LookWhereWeAre(connection, ct);
            if (_rows is null || time.GetElapsedTime(_claimedAt) >= ClaimAnewAfter)
            {
                await DeviceClaim.Take(connection, identity, ct);
                _claimedAt = time.GetTimestamp();
            }
            else
            {
                await DeviceClaim.Renew(connection, identity, ct);
            }

            _rows ??= new GrainStorageRows(await AdoNetProvider.StartPostgres(source, identity.Id!, ct));
            Refusal = null;
            _lastFault = null;
            _checkedAt = time.GetTimestamp();
            _isSure = true;
        }
        catch (Exception e)
        {
            Refusal = e is SiteRefusedException or SiteSchemaException { IsNewer: true } ? e.Message : null;
            _lastFault = (e, time.GetTimestamp());
            throw;
        }
    }

    /// <summary>The cluster, its history, and the table within it: a restored backup begins a new history, a database made anew has a new table.</summary>
    private async Task LookWhereWeAre(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT concat_ws('/', system_identifier, timeline_id, 'OrleansStorage'::regclass::oid) FROM pg_control_system(), pg_control_checkpoint()", connection);
        var place = (string)(await command.ExecuteScalarAsync(ct))!;
        var identityEpoch = identity.Epoch;
        var isForgotten = _rows is not null && await DeviceClaim.Read(connection, identity.Id!, ct) is null;
        if ((_place ?? place) != place || identityEpoch != _identityEpoch || isForgotten)
        {
            // All that is known of the rows, the claim included, was of the other one, or of another device, or was removed by somebody.
            _rows = null;
            Interlocked.Increment(ref _epoch);
        }

        (_place, _identityEpoch) = (place, identityEpoch);
    }
}
