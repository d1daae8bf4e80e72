using System.Buffers;
using System.Net;

namespace EdgeOrleans.Api;

/// <summary>
/// Which names in <c>Host</c> are answered. A page of a stranger can point a name of its own at this machine (DNS rebinding)
/// and is then its own origin here; names that no stranger can own keep it out.
/// </summary>
internal sealed class HostRules(IReadOnlyList<string> allowed)
{
    private static readonly string[] LocalSuffixes = [".local", ".lan", ".internal", ".home.arpa"];

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly SearchValues<char> AddressChars = SearchValues.Create("0123456789.");

    // Clients of one device nearly all spell it the same way.
    private string? _lastAllowed;

    public bool Allows(string host)
    {
        if (host == Volatile.Read(ref _lastAllowed))
        {
            return true;
        }

        if (!Judge(host))
        {
            return false;
        }

        Volatile.Write(ref _lastAllowed, host);
        return true;
    }

    /// <summary>Whether the text is written like a host name or an IPv4 address.</summary>
    public static bool IsName(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(NameChars);

    private bool Judge(ReadOnlySpan<char> host)
    {
        if (host.StartsWith('['))
        {
            var close = host.IndexOf(']');
            return close > 0 && IsPort(host[(close + 1)..]) && IPAddress.TryParse(host[1..close], out _);
        }

        var colon = host.IndexOf(':');
        var name = colon < 0 ? host : host[..colon];
        if (!IsName(name) || (colon >= 0 && !IsPort(host[colon..])))
        {
            return false;
        }

        return !name.Contains('.') || IsAddress(name) || IsLocal(name) || IsListed(name);
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && !text[1..].ContainsAnyExceptInRange('0', '9'));

    private static bool IsAddress(ReadOnlySpan<char> name) =>
        !name.ContainsAnyExcept(AddressChars) && name.Count('.') == 3 && IPAddress.TryParse(name, out _);

    private static bool IsLocal(ReadOnlySpan<char> name)
    {
        foreach (var suffix in LocalSuffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsListed(ReadOnlySpan<char> name)
    {
        foreach (var host in allowed)
        {
            if (name.Equals(host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
