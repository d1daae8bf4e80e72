namespace EdgeOrleans;

/// <summary>Reads at a site what devices mirrored there.</summary>
public interface IDeviceReader
{
    /// <summary>The devices, by their ids.</summary>
    /// <exception cref="RefusedException">The site's database cannot be read now.</exception>
    Task<IReadOnlyList<MirroredDevice>> ListDevices(CancellationToken ct);

    /// <summary>A value.</summary>
    /// <returns><see langword="null"/> when there is no such device.</returns>
    /// <exception cref="RefusedException">The site's database cannot be read now.</exception>
    Task<MirroredValue?> Find(string device, string collectionKey, string key, CancellationToken ct);
}

/// <summary>A device that mirrors to the site.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The name of its machine.</param>
/// <param name="Version">The version of its service.</param>
/// <param name="FirstSeen">When it first connected.</param>
/// <param name="LastSeen">When it was last known to be connected, to within some minutes.</param>
public sealed record MirroredDevice(string Id, string Name, string Version, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

/// <summary>A value as a device mirrored it.</summary>
/// <param name="Json">Its JSON text, as it was sent to the device; <see langword="null"/> when there is no such key.</param>
/// <param name="Version">The entry's version on the device.</param>
public sealed record MirroredValue(string? Json, long Version);
