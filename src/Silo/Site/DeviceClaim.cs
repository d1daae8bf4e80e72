using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>
/// The claim of a device's data on its rows at the site: a random word that both know. Whoever connects must know the word that the
/// site holds, and puts a new one in its place, so of two copies of the same data the second to come shuts out the first, and an old
/// copy is shut out by what was mirrored since it was made. A site that was put back to an earlier state holds a word that is still known.
/// </summary>
internal static class DeviceClaim
{
    /// <summary>Takes the claim.</summary>
    /// <exception cref="SiteRefusedException">The site holds a claim that this data does not know.</exception>
    public static async Task Take(NpgsqlConnection connection, DeviceIdentity identity, CancellationToken ct)
    {
        var record = await identity.Get(ct);
        var held = await Read(connection, record.Id, ct);

        // A site without this device has nothing that could be written over: it is new, or was emptied.
        if (held is not null && !record.Claims.Contains(held))
        {
            throw Refused(record.Id);
        }

        // Written down before the site has it: a power cut between the two leaves a claim that is known.
        record = await identity.Change(static r => r.WithNewClaim(), ct);
        if (!await Replace(connection, record.Id, held, record.Claims[^1], ct))
        {
            throw Refused(record.Id);
        }
    }

    /// <summary>Makes sure that the claim is still held, and lets the site see that the device is there.</summary>
    /// <exception cref="SiteRefusedException">It is not.</exception>
    public static async Task Renew(NpgsqlConnection connection, DeviceIdentity identity, CancellationToken ct)
    {
        var record = await identity.Get(ct);
        await using var command = new NpgsqlCommand(
            "UPDATE devices SET last_seen = now(), name = @name, service_version = @version WHERE device = @device AND claim = @claim", connection);
        AddDevice(command, record.Id);
        command.Parameters.AddWithValue("claim", record.Claims[^1]);
        if (await command.ExecuteNonQueryAsync(ct) == 0)
        {
            throw Refused(record.Id);
        }
    }

    /// <summary>The claim that the site holds; <see langword="null"/> when it does not know the device.</summary>
    public static async Task<string?> Read(NpgsqlConnection connection, string device, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT claim FROM devices WHERE device = @device", connection);
        command.Parameters.AddWithValue("device", device);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <returns>Whether the site held what it was thought to hold.</returns>
    public static async Task<bool> Replace(NpgsqlConnection connection, string device, string? held, string next, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            held is null
                ? "INSERT INTO devices (device, name, service_version, claim) VALUES (@device, @name, @version, @next) ON CONFLICT DO NOTHING"
                : "UPDATE devices SET claim = @next, last_seen = now(), name = @name, service_version = @version WHERE device = @device AND claim = @held",
            connection);
        AddDevice(command, device);
        command.Parameters.AddWithValue("next", next);
        if (held is not null)
        {
            command.Parameters.AddWithValue("held", held);
        }

        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static void AddDevice(NpgsqlCommand command, string device)
    {
        command.Parameters.AddWithValue("device", device);
        command.Parameters.AddWithValue("name", Environment.MachineName);
        command.Parameters.AddWithValue("version", ServiceRun.Version);
    }

    private static SiteRefusedException Refused(string device) => new(
        $"The site holds of device {device} what another copy of this data mirrored, which may be newer: nothing is written there. "
        + "Run 'edgeorleans restore' on an empty data directory to take the site's state, or 'edgeorleans overwrite' to put this one in its place.");
}

/// <summary>The site answers, but must not be written by this device.</summary>
internal sealed class SiteRefusedException(string message) : Exception(message);
