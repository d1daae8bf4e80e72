using System.Security.Cryptography;
using System.Text;

namespace EdgeOrleans.Api;

/// <summary>The token that requests must bring, compared in a time that does not depend on where they differ.</summary>
internal sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);

    /// <summary>Whether a header <c>Authorization</c> carries the token.</summary>
    public bool IsIn(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var offered = authorization.AsSpan(Scheme.Length).Trim(' ');
        var padded = new byte[_token.Length];
        for (var i = 0; i < padded.Length && i < offered.Length; i++)
        {
            padded[i] = (byte)offered[i];
        }

        return CryptographicOperations.FixedTimeEquals(padded, _token) & offered.Length == _token.Length;
    }
}
