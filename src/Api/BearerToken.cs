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
            // What is not ASCII stays 0, which no token holds.
            padded[i] = char.IsAscii(offered[i]) ? (byte)offered[i] : (byte)0;
        }

        return CryptographicOperations.FixedTimeEquals(padded, _token) & offered.Length == _token.Length;
    }
}
