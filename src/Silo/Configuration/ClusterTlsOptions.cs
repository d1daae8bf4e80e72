using System.Net;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>How Orleans' own ports, for silos and for clients, are protected: by TLS where other machines reach them.</summary>
internal static class ClusterTlsOptions
{
    /// <summary>What this class reads: for the gateway of a device as well.</summary>
    public static IReadOnlyList<Option> All { get; } =
        [OptionTable.TlsCertificate, OptionTable.TlsKey, OptionTable.TlsAuthority, OptionTable.TlsName, OptionTable.AllowPlain];

    /// <summary>Reads the section.</summary>
    /// <returns><see langword="null"/> when there is no TLS.</returns>
    /// <exception cref="StartFault">Some of the files are named and others are not.</exception>
    public static TlsOptions? Read(IConfiguration configuration)
    {
        var name = OptionTable.TlsName.Read(configuration);
        TextOption[] files = [OptionTable.TlsCertificate, OptionTable.TlsKey, OptionTable.TlsAuthority];
        var named = files.Where(file => file.Read(configuration).Length > 0).ToArray();
        if (named.Length == 0)
        {
            return null;
        }

        if (files.Except(named).FirstOrDefault() is { } missing)
        {
            throw new StartFault(ExitCode.Configuration, $"{named[0].Name} is set, so {missing.Name} must be set too.");
        }

        return new TlsOptions
        {
            CertificateFile = OptionTable.TlsCertificate.Read(configuration),
            KeyFile = OptionTable.TlsKey.Read(configuration),
            AuthorityFile = OptionTable.TlsAuthority.Read(configuration),
            PeerName = name,
        };
    }

    /// <summary>Whoever opens one of the ports to a network says who may come in.</summary>
    /// <param name="configuration">Where to look.</param>
    /// <param name="option">The option that says where to listen.</param>
    /// <param name="address">Where.</param>
    /// <exception cref="StartFault">Other machines reach it, it has no TLS, and nobody says that this is meant.</exception>
    public static void RequireLocalOrGuarded(IConfiguration configuration, TextOption option, IPAddress address)
    {
        if (!IPAddress.IsLoopback(address) && Read(configuration) is null && !OptionTable.AllowPlain.Read(configuration))
        {
            throw new StartFault(
                ExitCode.Configuration,
                $"{option.Name} is '{address}', which other machines reach, so {OptionTable.TlsCertificate.Name} must be set, or {OptionTable.AllowPlain.Name}=true.");
        }
    }
}
